# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# isorun status names who holds what.
. "$E2E/lib.sh"

"$ISORUN" --memory 150M "$PROBE" sleep 60s >ready &
holder=$!
own $holder
within 10 grep -q ready ready
expect 0 isorun status
has '150M'
has 'probe'

# A waiter's own budget is not the one in force.
"$ISORUN" --budget 100M --memory 90M true 2>waits &
waiter=$!
own $waiter
waits() { "$ISORUN" status | grep -q waits; }
within 10 waits
expect 0 isorun status
has '^1 run with 150M of a budget of '
lacks 'of a budget of 100M'
# Who asks for more than the budget waits for all of it.
"$ISORUN" --budget 600M --memory 10G true 2>waits.all &
greedy=$!
own $greedy
waits_for_all() { "$ISORUN" status | grep -Eq 'waits +600M'; }
within 10 waits_for_all
kill $holder
wait $holder
wait $greedy || fail "the greedy one failed: $(cat waits.all)"
wait $waiter || fail "the waiter failed: $(cat waits)"
expect 0 isorun status
lacks '150M'
