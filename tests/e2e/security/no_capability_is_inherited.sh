# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Inheritable and ambient capabilities are empty, also where the caller's are not
# (CVE-2022-29162).
. "$E2E/lib.sh"

need_namespaces

empty()
{
	[ "$(grep -cE '^Cap(Inh|Amb):.0+$' "$out")" = 2 ] || fail "capabilities are passed on"
}

expect 0 isorun cat /proc/self/status
empty
need_cmd setpriv
is_root || exit 0
for profile in default strict; do
	expect 0 setpriv --inh-caps +sys_admin,+net_raw --ambient-caps +sys_admin,+net_raw \
		"$ISORUN" -p $profile cat /proc/self/status
	empty
done
# An ordinary user who has some by his caller.
mkdir -m 777 of_user && mkdir -m 700 of_user/run && chown 65534:65534 of_user/run
user()
{
	XDG_RUNTIME_DIR=$PWD/of_user/run setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps +net_raw --ambient-caps +net_raw "$@"
}
user test -x "$ISORUN" || exit 0
expect 0 user "$ISORUN" cat /proc/self/status
empty
