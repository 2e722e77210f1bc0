# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test whose private files do not fit into memory is run again with them on disk,
# and nothing is held against it.  A size that somebody chose is kept to.
. "$E2E/lib.sh"

need_namespaces
[ "$(stat -f -c %T .)" != tmpfs ] || skip "needs a working directory on disk"
again() { grep -rq 'on disk now' "$ISORUN_STATE_DIR/runs"; }
fill='dd if=/dev/zero of=/tmp/file bs=1M count=%s 2>/dev/null\n'

# shellcheck disable=SC2059 # the format is ours
printf "$fill" 300 >tests
expect 0 isorun suite --budget 256M --json events.json lines:tests
again || fail "it was not run again for that"
has '^1 passed, 0 failed'
[ -z "$(ls -A "$ISORUN_STATE_DIR/scratch" 2>/dev/null)" ] || fail "files are left on disk"

rm -r "$ISORUN_STATE_DIR/runs"
expect 1 isorun suite --budget 256M --tmp-size 16M --json events.json lines:tests
has 'with 16M of private files, all that there is room for; --scratch disk'
! again || fail "it was run again"

# One that fails for another reason is not run again.
printf 'false\n' >tests
expect 1 isorun suite --budget 256M --json events.json lines:tests
! again || fail "one that fails for another reason was run again"

# A wrapped command is told.
expect 1 isorun --tmp-size 16M --status status.json -- \
	dd if=/dev/zero of=/tmp/file bs=1M count=300
says 'its private files filled all of the 16M that they may take; --scratch disk'
[ "$(json status.json private_full)" = true ] || fail "the record does not say so"
