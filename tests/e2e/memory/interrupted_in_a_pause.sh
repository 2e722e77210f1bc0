# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A command that pauses at its memory limit can be ended by a signal to isorun, though
# it hears of none.
. "$E2E/lib.sh"

"$ISORUN" --budget 300M --memory 160M "$PROBE" sleep 60s >ready &
own $!
within 10 grep -q ready ready
"$ISORUN" --budget 300M --status s.json "$PROBE" alloc 200M --hold "61.$$"s 2>err1 &
paused=$!
own $paused
pauses() { "$ISORUN" status --json | grep -q '"pauses"'; }
within 10 pauses
kill $paused
within 10 gone_child $paused
wait $paused
[ $? = 137 ] || fail "it did not end by a kill"
within 10 dead "61.$$"s
[ "$(json s.json pauses)" = 1 ] || fail "$(json s.json pauses) pauses were counted"
[ "$(json s.json oom)" = false ] || fail "called out of memory"
