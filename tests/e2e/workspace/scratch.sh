# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# With --scratch disk private files and the overlay's changes lie on disk: they
# count as no memory, and are gone afterwards, however isorun ends.
. "$E2E/lib.sh"

need_namespaces
[ "$(stat -f -c %T .)" != tmpfs ] || skip "needs a working directory on disk"
bare() { [ -z "$(ls -A state/scratch)" ]; }

echo old >file
mkdir sub
echo sub >sub/file
expect 0 isorun --scratch disk --workspace overlay --keep '*.keep' --status status.json sh -c '
	stat -f -c %T /tmp . 
	ls -A /tmp /var/tmp
	echo x >/tmp/x && echo new >file && rm sub/file && echo k >new.keep && cat file
	ls -d /tmp; stat -c %a /tmp; mkdir -p d/e && chmod 0 d'
# A user cannot look into d for what is to be kept.
if is_root; then quiet; else says "without some kept files .keep 'd': Permission denied"; fi
lacks tmpfs
has '^new$'
has '^1777$'
[ "$(cat file)" = old ] && [ "$(cat new.keep)" = k ] || fail "not an overlay"
json status.json written >list
has '"file"' list
bare || fail "files are left: $(find state/scratch | head)"

# 96 MiB of files under a limit of 64.
if [ "$CGROUP" != none ]; then
	expect 0 isorun --memory 64M --scratch disk --workspace overlay sh -c '
		head -c 48M /dev/zero >/tmp/a && head -c 48M /dev/zero >b && stat -c %s /tmp/a b'
	prints "50331648
50331648"
fi

# SIGKILL to isorun: init cleans up.
"$ISORUN" --scratch disk --workspace overlay sh -c \
	'mkdir -p a/b/c /tmp/d; echo x >a/b/c/file; echo x >/tmp/d/f; touch ready; exec sleep 63.'$$ 2>"$err" &
pid=$!
own $pid
within 10 alive sleep 63.$$
kill -9 $pid
within 10 bare
within 5 dead sleep 63.$$

# Another isorun in a pid namespace of its own, as in a container that shares the
# directory, leaves it alone.
if is_root; then
	expect 0 isorun --scratch disk --bind "$PWD" sh -c '
		echo 1 >/var/tmp/x; touch here; until [ -e there ]; do sleep 0.02; done; cat /var/tmp/x' &
	within 10 test -e here
	unshare -pf --mount-proc "$ISORUN" --scratch disk true || fail "no second one"
	touch there
	wait $! || fail "its files were removed"
fi

# To init as well, and the directory of a process that is gone: the next sweeps.
mkdir -p state/scratch/999999-1-0/upper/x
expect 0 isorun --scratch disk true
bare || fail "not swept"

echo 'test -z "$(ls -A /tmp)" && echo x >/tmp/x' >tests.lines
echo 'test -z "$(ls -A /tmp)" && echo x >/tmp/x' >>tests.lines
expect 0 isorun suite --scratch disk lines:tests.lines
bare || fail "a suite left files"

# A strict profile's root is read-only, its scratch is not.
expect 0 isorun -p strict --scratch disk sh -c 'echo x >/tmp/x && echo y >y && cat y'
prints y
expect 2 isorun --scratch tape true
says memory

expect 0 isorun --scratch disk --explain true
has "take the tree '.*/scratch/"
lacks 'mount tmpfs'
bare || fail "--explain made something"
