# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Where no overlay can be mounted, as on a tree that is two overlays deep, each
# test gets a copy of the tree: it behaves as an overlay, and it is said.
. "$E2E/lib.sh"

need_root
mkdir low up1 work1 mid up2 work2 tree
mkdir low/sub low/gone
for f in file sub/a sub/b gone/x; do
	echo old >low/$f
done
ln -s file low/link
chmod 751 up2
cat >deep.sh <<'END'
mount -t overlay -o lowerdir=low,upperdir=up1,workdir=work1 none mid &&
	mount -t overlay -o lowerdir=mid,upperdir=up2,workdir=work2 none tree &&
	cd tree && "$@"
END
deep() { unshare -m sh deep.sh "$@"; }
deep true 2>/dev/null || skip "no overlay over an overlay here"
# shellcheck disable=SC2016 # expanded by the inner shell
deep sh -c 'mkdir ../deeper ../up3 ../work3 && ! mount -t overlay -o lowerdir=.,upperdir=../up3,workdir=../work3 none ../deeper 2>/dev/null' ||
	skip "three overlays can lie one over another here"

# shellcheck disable=SC2016
expect 0 deep "$ISORUN" --workspace overlay --keep '*.keep' --status "$PWD/status.json" sh -ec '
	cat file link; stat -c %a .
	echo new >file; cat file
	rm sub/a; rm -r gone; mkdir -p n/e; echo k >sub/x.keep'
prints "old
old
751
new"
says "warning: without .*overlay \(mount overlay on '.*/tree' .*; a copy of the tree took its place\)"
[ "$(cat up2/file 2>/dev/null)" = "" ] && [ "$(cat low/file)" = old ] || fail "the tree was written"
[ "$(cat up2/sub/x.keep)" = k ] || fail "nothing was kept"
[ "$(json status.json written)" = '["file", "n/e/", "sub/x.keep"]' ] ||
	[ "$(json status.json n_written)" = 3 ] || fail "written: $(json status.json written)"
json status.json deleted >list
has '"sub/a"' list
has '"gone"' list
json status.json degraded >list
has '"what": "overlay"' list
[ -z "$(ls -A state/scratch)" ] || fail "the copy is left"

# A suite says so once, and each test has a copy of its own.
for i in 1 2 3 4 5 6; do
	echo 'test ! -e mine && echo $ISORUN_TEST >mine && cat mine && echo x >$ISORUN_TEST.keep'
done >tests.lines
sed -i 's/\$ISORUN_TEST\.keep/out.$ISORUN_SLOT.keep/' tests.lines
# shellcheck disable=SC2016
expect 0 deep "$ISORUN" suite -j2 --keep '*.keep' "lines:$PWD/tests.lines"
[ "$(grep -c 'took its place' "$out" "$err" | awk -F: '{ n += $2 } END { print n }')" = 1 ] ||
	fail "not said once"
[ -e up2/out.0.keep ] && [ ! -e up2/mine ] || fail "not what the suite keeps"
[ -z "$(ls -A state/scratch)" ] || fail "copies are left"

expect 125 deep "$ISORUN" --strict --workspace overlay true
says 'overlay'

# SIGKILL: init removes the copy.
bare() { [ -z "$(ls -A state/scratch)" ]; }
# shellcheck disable=SC2016
deep sh -c 'echo $$ >../pid; exec "$ISORUN" --workspace overlay sh -c "touch $1; exec sleep 64.'$$'"' \
	sh "$PWD/started" 2>"$err" &
own $!
within 10 test -e started
kill -9 "$(cat pid)"
within 10 bare
