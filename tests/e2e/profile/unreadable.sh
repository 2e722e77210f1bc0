# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Profiles that may not be read are told so, by path; a directory that holds
# none of those asked for does no harm.
. "$E2E/lib.sh"

is_root && need_cmd setpriv
# In /tmp, since another user does not reach every checkout.
dir=$(mktemp -d /tmp/isorun-e2e.XXXXXX) || fail "no directory in /tmp"
trap 'rm -rf "$dir"' EXIT
cd "$dir" || fail "cd $dir"
# A prefix of our own: the installed profiles are found beside the program.
mkdir -p place/bin place/share/isorun/profiles place/config place/run
cp "$(dirname "$ISORUN")/isorun" "$(dirname "$ISORUN")/isorun-full" place/bin
printf '[profile]\ndescription = mine\n' >place/share/isorun/profiles/mine.ini
chmod 755 . place place/* place/bin/*
chmod 700 place/run
chmod 0 place/share/isorun/profiles
is_root && chown 65534:65534 place/run

as_user()
{
	if is_root; then
		set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	fi
	env HOME="$PWD/place" XDG_CONFIG_HOME="$PWD/place/config" \
		XDG_RUNTIME_DIR="$PWD/place/run" ISORUN_STATE_DIR=/proc/none "$@"
}
program=$PWD/place/bin/isorun

expect 2 as_user "$program" profile mine
says "profiles/mine.ini': Permission denied"
expect 2 as_user "$program" --profile mine true
says "profiles/mine.ini': Permission denied"
chmod 755 place/share/isorun/profiles
expect 0 as_user "$program" profile
has '^mine +mine'

as_user "$program" doctor >"$out" 2>"$err"
has "^missing +history +make '/proc/none'"
mkdir -p place/config/isorun/profiles
chmod 0 place/config/isorun/profiles
expect 0 as_user "$program" profile mine
chmod 755 place/config/isorun/profiles
