# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The plan of a suite that ran is about as long as its next run, which the plan
# of one that never ran cannot be: that is told.
. "$E2E/lib.sh"

for i in 1 2 3 4 5 6; do echo "sleep 0.5 # $i"; done >tests
expect 0 isorun plan --json -j2 --budget 1G lines:tests
[ "$(json "$out" durations_unknown)" = 6 ] || fail "durations are known of nothing"
expect 0 isorun plan -j2 --budget 1G lines:tests
has '^ +6  durations: taken as 1.0s$'

expect 0 isorun suite -j2 lines:tests
expect 0 isorun plan --json -j2 --budget 1G lines:tests
[ "$(json "$out" durations_unknown)" = 0 ] || fail "durations are not known"
[ "$(json "$out" jobs)" = 2 ] || fail "-j is not heard"
planned=$(json "$out" makespan_ns)
[ "$planned" -ge 1500000000 ] || fail "three after another take longer than $planned ns"
[ "$(json "$out" bounds.binds)" = jobs ] || fail "two at once are what binds"

# The same tests with room for all.
expect 0 isorun plan --json -j6 --budget 1G lines:tests
[ "$(json "$out" makespan_ns)" -lt "$planned" ] || fail "six at once are no faster"
[ "$(json "$out" bounds.binds)" = longest ] || fail "the longest test is what binds"
