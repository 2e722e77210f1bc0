# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Odd files come out of an overlay as they are: with holes, with the longest of
# names, and where a test set attributes that look like those of overlayfs.
. "$E2E/lib.sh"

need_namespaces
expect 0 isorun --keep '*.img' sh -c 'truncate -s 3G a.img; printf x | dd of=a.img bs=1 seek=1G conv=notrunc 2>/dev/null'
[ "$(stat -c %s a.img)" = 3221225472 ] || fail "not its size"
[ "$(stat -c %b a.img)" -lt 4096 ] || fail "no holes"
[ "$(dd if=a.img bs=1 skip=1G count=1 2>/dev/null)" = x ] || fail "not its bytes"
rm a.img

long=$(printf '%0251d.xml' 0)
expect 0 isorun --keep '*.xml' sh -c 'echo x >"$0"' "$long"
[ "$(cat "$long")" = x ] || fail "a long name was lost"

mkdir d && echo old >d/x.xml
setfattr -n user.test -v x d 2>/dev/null || python3 -c 'import os; os.setxattr("d", "user.test", b"x")' ||
	exit 0 # no attributes here
if is_root; then
	printf 'echo new >d/x.xml\nuntil [ -e d ]; do :; done; python3 -c '"'"'import os; os.setxattr("d", "user.overlay.redirect", b"x"); os.setxattr("d", "user.overlay.opaque", b"y")'"'"'\n' >tests.lines
	expect 0 isorun suite --serial --keep '*.xml' lines:tests.lines
	[ "$(cat d/x.xml)" = new ] || fail "an attribute of a test's made another's result old"
fi
