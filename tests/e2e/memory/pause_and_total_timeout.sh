# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The time of a pause counts against the total time limit, of a command and of a
# suite's test, and it is told how long the pause was.
. "$E2E/lib.sh"

"$ISORUN" --budget 300M --memory 160M "$PROBE" sleep 300s >ready &
holder=$!
own $holder
within 10 grep -q ready ready

# Its own limit does not run while it stands.
expect 124 isorun --budget 300M -t "$((2 * SLOW))s" --timeout-total "$((3 * SLOW))s" --grace 300ms --status s.json \
	"$PROBE" alloc 200M
says 'total time limit of [0-9.ms]+ reached; the command stood paused for [0-9.ms]+ of it$'
[ "$(json s.json timed_out_total)" = true ] || fail "not said to be the total limit"
[ "$(json s.json outcome)" = timed-out ] || fail "$(json s.json outcome)"
[ "$(json s.json paused_ns)" -gt 1000000000 ] || fail "$(json s.json paused_ns) ns of pauses"

cat >isorun.ini <<END
[suite]
budget = 300M
jobs = 8
limits.grace = 300ms
timeout-total = 1h
[test large]
command = exec $PROBE alloc 200M
timeout = $((2 * SLOW))s
timeout-total = $((3 * SLOW))s
END
expect 1 isorun suite --json j.json
has 'total time limit of [0-9.ms]+ reached; it stood paused for [0-9.ms]+ of it'
events j.json attempt-finished | grep -q '"outcome": \?"timed-out"' || fail "not timed out"

kill $holder
# Where nothing pauses it is a time limit like the other.
expect 124 isorun --timeout-total 300ms sleep 30
says 'total time limit of 300ms reached$'
expect 2 isorun --timeout-total never true
says "^isorun: option '--timeout-total': timeout-total 'never'"
expect 0 isorun --timeout-total none true
