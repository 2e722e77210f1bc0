# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A system call that finds no memory at the limit fails with ENOMEM where no killer
# comes (cgroup v1): a test that fails then lacked memory, and is run again with more.
. "$E2E/lib.sh"

need_namespaces
cat >lines <<END
$PROBE alloc 140M --hold $((1500 * SLOW))ms
head -c 80M /dev/zero >/tmp/a && head -c 80M /dev/zero >/dev/shm/b
END
expect 0 isorun suite -j2 --budget 300M --json j.json lines:lines
has '^2 passed, 0 failed'
if [ "$CGROUP" = v1 ]; then
	events j.json attempt-finished | grep '"outcome": \?"out-of-memory"' |
		grep -q '"mem_refused": \?true' || fail "nobody was refused memory"
	has 'then passed with'
fi

# A failure far below the limit is one of its own.
expect 3 isorun --budget 300M --status s.json sh -c 'exit 3'
[ "$(json s.json mem_refused)" = false ] || fail "said to have been refused memory"
