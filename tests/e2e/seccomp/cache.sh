# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A compiled policy is kept, and never used once it is stale or somebody else's.
. "$E2E/lib.sh"

dir=$XDG_RUNTIME_DIR/isorun
! is_root || dir=/run/isorun
policy=$PWD/mine.ini
answer()
{
	printf '[policy]\ninherit = default\n[refuse %s]\nuname = arg0 != 0\n' "$1" >"$policy"
}
# Kept once the file is older than the clock's step.
kept() { isorun --seccomp "$policy" true && grep -alq "^policy $policy\$" "$dir"/prepared-*; }
refuses()
{
	expect 1 isorun --seccomp "$policy" uname
	says "$1"
}

answer EBADF
within 5 kept
refuses 'Bad file descriptor'
file=$(grep -al "^policy $policy\$" "$dir"/prepared-*)

# Another text of the same length, in the same file, with the times of the first.
touch -r "$policy" times
answer EPERM
touch -r times "$policy"
refuses 'Operation not permitted'

# A policy of the same name in a nearer place.
mkdir -p "$HOME/.config/isorun/profiles/seccomp"
expect 0 isorun --seccomp strict true
printf '[policy]\ninherit = strict\n[refuse EIO]\ncalls = uname\n' \
	>"$HOME/.config/isorun/profiles/seccomp/strict.ini"
expect 1 isorun --seccomp strict uname
rm "$HOME/.config/isorun/profiles/seccomp/strict.ini"
expect 0 isorun --seccomp strict uname

# Bytes that another could have written, or that are cut.
within 5 kept
chmod g+w "$file"
refuses 'Operation not permitted'
within 5 kept
[ "$(stat -c %a "$file")" = 600 ] || fail "the file stayed writable"
size=$(stat -c %s "$file")
for part in 2 3 4 5; do
	truncate -s $((size * part / 6)) "$file"
	refuses 'Operation not permitted'
	within 5 kept
done
mv "$file" elsewhere
ln -s "$PWD/elsewhere" "$file"
refuses 'Operation not permitted'
if is_root; then
	within 5 kept
	chown 1 "$file"
	refuses 'Operation not permitted'
fi
