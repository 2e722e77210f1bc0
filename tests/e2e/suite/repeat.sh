# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Each repetition is an attempt of its own; one that fails makes the test fail.
. "$E2E/lib.sh"

# The third one fails: the runs are counted in the tree itself.
printf 'echo x >>count\n[ "$(wc -l <count)" != 3 ]\n' >third
printf 'sh third\ntrue\n' >tests
expect 1 isorun suite --repeat 4 --workspace shared --json events.json --junit report.xml lines:tests
has '1 of 4 repetitions failed, first: exit status 1'
[ "$(events events.json attempt-started | wc -l)" = 8 ] || fail "not 4 attempts each"
[ "$(cases report.xml | grep -c '^failure')" = 1 ] || fail "not one failure in the report"
has 'repetition 4 of 4' events.json
expect 0 isorun history true
[ "$(grep -c passed "$out")" -ge 4 ] || fail "not four attempts in the history"

rm count
expect 1 isorun suite --repeat until-fail --workspace shared --json events.json lines:tests
[ "$(wc -l <count)" = 3 ] || fail "it did not end with the first failure"
has '1 passed, 1 failed'
expect 0 isorun suite --repeat until-fail:2 -k true --json events.json lines:tests
[ "$(events events.json attempt-started | wc -l)" = 2 ] || fail "not two attempts"

expect 2 isorun suite --repeat never lines:tests
says "option '--repeat': 'never' is not a number from 1 up, until-fail or until-fail:N"
