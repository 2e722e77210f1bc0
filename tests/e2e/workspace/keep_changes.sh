# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# With --keep what the test deleted and renamed is so in the tree, where it
# matches; the record lists it all.
. "$E2E/lib.sh"

need_namespaces

mkdir sub dir gone
for f in sub/a.txt sub/b.txt dir/a.txt dir/b.log gone/a.txt gone/b.log; do
	echo "$f" >$f
done
expect 0 isorun --workspace overlay --status status.json sh -c '
	rm sub/a.txt
	mkdir empty
	mv sub/b.txt sub/c.txt'
json status.json deleted >list
has '"sub/a.txt"' list
has '"sub/b.txt"' list
json status.json written >list
has '"sub/c.txt"' list
has '"empty/"' list
[ "$(json status.json n_deleted) $(json status.json n_written)" = "2 2" ] || fail "wrong counts"
[ -e sub/a.txt ] && [ -e sub/b.txt ] || fail "deleted without --keep"

# Of a directory that is gone, only what matches goes; new files under an old
# name replace the old ones.
expect 0 isorun --keep '*.txt' --status status.json sh -c '
	rm sub/a.txt
	mv sub/b.txt sub/c.txt
	rm -r gone
	rm -r dir && mkdir dir && echo new >dir/a.txt && echo new >dir/b.log'
quiet
[ ! -e sub/a.txt ] && [ ! -e sub/b.txt ] && [ "$(cat sub/c.txt)" = sub/b.txt ] || fail "not renamed"
[ ! -e gone/a.txt ] && [ "$(cat gone/b.log)" = gone/b.log ] || fail "not what matches in gone"
[ "$(cat dir/a.txt)" = new ] && [ "$(cat dir/b.log)" = dir/b.log ] || fail "not what matches in dir"

# A directory of the tree can be renamed whole, as without a sandbox.
if is_root; then
	mkdir -p tree/deep
	echo 1 >tree/deep/1.txt
	expect 0 isorun --keep '**' --status status.json \
		python3 -c 'import os; os.rename("tree", "moved")'
	json status.json written >list
	has '"moved/"' list
	[ "$(cat moved/deep/1.txt)" = 1 ] && [ ! -e tree/deep/1.txt ] || fail "the directory is not moved"
fi

# A file that took the place of a directory.
rm -rf gone && mkdir gone && echo 1 >gone/k.keep && echo 2 >gone/other
expect 0 isorun --keep '*.keep' sh -c 'rm -rf gone && echo file >gone'
[ -d gone ] && [ ! -e gone/k.keep ] && [ -e gone/other ] || fail "not as the test left it: $(ls -l gone)"
