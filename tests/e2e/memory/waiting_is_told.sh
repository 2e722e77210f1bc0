# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Who waits for the memory of other isorun processes says so after a second.
. "$E2E/lib.sh"

"$ISORUN" --budget 200M --memory 150M "$PROBE" sleep 60s >ready 2>/dev/null &
holder=$!
own $holder
within 10 grep -q ready ready

"$ISORUN" --budget 200M --memory 100M true 2>wrapped &
wrapped=$!
own $wrapped
within 10 grep -q '^isorun: waits for 100M of the budget of 200M: 150M is held by others' wrapped

echo 'true' >tests
"$ISORUN" suite --budget 200M --memory 100M lines:tests >suite 2>&1 &
suite=$!
own $suite
within 10 grep -q 'waits for 100M of the budget of 200M: 150M is held by others' suite
kill $holder
wait $wrapped || fail "the wrapped command failed"
wait $suite || fail "the suite failed"
has '^waited for other isorun processes: [1-9]' suite
[ "$(grep -c 'waits for' suite)" -le 2 ] || fail "told more than once in ten seconds"

expect 0 isorun true
quiet
