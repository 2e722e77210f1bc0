# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The time of a pause does not count against the time limit, and the limit holds
# once the pause is over.
. "$E2E/lib.sh"

hold()
{
	"$ISORUN" --budget 300M --memory 160M "$PROBE" sleep 60s >ready &
	holder=$!
	own $holder
	within 10 grep -q ready ready
}
pauses() { "$ISORUN" status --json | grep -q '"pauses"'; }

hold
"$ISORUN" --budget 300M -t "$((3 * SLOW))s" --status s.json "$PROBE" alloc 200M --hold 500ms 2>err1 &
paused=$!
own $paused
within 10 pauses
begin=$(date +%s)
over() { [ $(($(date +%s) - begin)) -gt $((4 * SLOW)) ]; }
within 20 over
pauses || fail "it does not pause any more: $(cat err1)"
kill $holder
wait $paused || fail "it ran into its time limit: $(cat err1)"
[ "$(json s.json pauses)" -ge 1 ] || fail "no pause was counted"
[ "$(json s.json paused_ns)" -gt $((3 * SLOW * 1000000000)) ] || fail "$(json s.json paused_ns) ns of pauses"

hold
"$ISORUN" --budget 300M -t "$((2 * SLOW))s" --status s.json "$PROBE" alloc 200M --hold 60s 2>err1 &
paused=$!
own $paused
within 10 pauses
kill $holder
within 10 gone_child $paused
wait $paused
[ $? = 124 ] || fail "no time limit after a pause: $(cat err1)"
[ "$(json s.json pauses)" -ge 1 ] || fail "no pause was counted"
