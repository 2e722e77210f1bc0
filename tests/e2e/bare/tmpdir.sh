# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Without namespaces a test has a TMPDIR of its own, which goes with it whatever
# is in it; the shared /tmp is said.
. "$E2E/lib.sh"

mkdir tmp
export TMPDIR="$PWD/tmp"
# shellcheck disable=SC2016 # expanded by the inner shell
expect 0 bare --status status.json sh -c '
	echo "$TMPDIR"
	stat -c %a "$TMPDIR"
	mkdir -p "$TMPDIR/a/b/c" "$TMPDIR/closed/d"
	i=0; while [ $i -lt 100 ]; do mkdir d; cd d; i=$((i + 1)); done; cd "$TMPDIR"
	ln -s / "$TMPDIR/a/root"
	touch "$TMPDIR/a/b/c/f" "$TMPDIR/closed/d/f"
	chmod 0 "$TMPDIR/closed/d" "$TMPDIR/closed" "$TMPDIR/a/b/c" "$TMPDIR"'
has "^$PWD/tmp/isorun-[0-9a-f]{16}\$"
has '^700$'
says '^isorun: warning: without .*private /tmp \(a private TMPDIR instead\)'
[ -z "$(ls -A tmp)" ] || fail "left: $(ls -A tmp)"
json status.json degraded >degraded
has '"namespaces"' degraded
has '"private /tmp"' degraded

# A profile that shares /tmp means it.
# shellcheck disable=SC2016
expect 0 bare --share mount,pid sh -c 'echo "$TMPDIR"'
prints "$TMPDIR"

# Where none can be made nothing runs.
TMPDIR=$PWD/none expect 125 bare sh -c 'echo ran >ran'
says "^isorun: make the test's own directory .*No such file"
says '^hint: set TMPDIR'
[ ! -e ran ] || fail "the command was run"
