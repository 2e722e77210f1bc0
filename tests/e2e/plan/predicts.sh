# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The plan of a suite that ran is about as long as its next run, which the plan
# of one that never ran cannot be: that is told.
. "$E2E/lib.sh"

for i in 1 2 3 4 5 6; do echo "sleep 0.5 # $i"; done >tests
expect 0 isorun plan --json -j2 --budget 1G lines:tests
own=$(json "$out" own_ns)
[ "$own" -gt 0 ] || fail "to start a test costs nothing"
[ "$(json "$out" durations_unknown)" = 6 ] || fail "durations are known of nothing"
expect 0 isorun plan -j2 --budget 1G lines:tests
has '^ +6  durations: taken as 1.0s$'

expect 0 isorun suite -j2 --json run.json lines:tests
grep '"run-finished"' run.json >end.json
[ "$(json end.json own_attempts)" = 6 ] || fail "six attempts were not counted"
# Where cpu time is counted in ticks it may have had none.
[ "$(json end.json own_ns)" -gt 0 ] && [ "$(json end.json own_cpu_ns)" -ge 0 ] ||
	fail "isorun took no time of its own"
[ "$(json end.json own_ns)" -lt "$(json end.json wall_ns)" ] ||
	fail "what the tests took is counted as isorun's own"
# On a slow machine even sleepers want cpus: these are not to bind.
expect 0 isorun plan --json -j2 --cpus 8 --budget 1G lines:tests
[ "$(json "$out" durations_unknown)" = 0 ] || fail "durations are not known"
[ "$(json "$out" jobs)" = 2 ] || fail "-j is not heard"
planned=$(json "$out" makespan_ns)
[ "$(json "$out" own_ns)" != "$own" ] || fail "the run says nothing of isorun's own time"
[ "$planned" -ge 1500000000 ] || fail "three after another take longer than $planned ns"
[ "$(json "$out" bounds.binds)" = jobs ] || fail "two at once are what binds"

# The same tests with room for all.
expect 0 isorun plan --json -j6 --cpus 8 --budget 1G lines:tests
[ "$(json "$out" makespan_ns)" -lt "$planned" ] || fail "six at once are no faster"
[ "$(json "$out" bounds.binds)" = longest ] || fail "the longest test is what binds"
