# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Cpus and a budget that this machine need not have; what binds follows.
. "$E2E/lib.sh"

cat >isorun.ini <<'END'
[source]
from = lines:tests

[match *]
memory = 100M
cpus = 1
END
# near SECONDS: what the plan takes, but for isorun's own few milliseconds a test.
near()
{
	ms=$(($(json "$out" makespan_ns) / 1000000))
	[ "$ms" -gt $(($1 * 1000)) ] && [ "$ms" -lt $(($1 * 1000 + 100)) ]
}
for i in 1 2 3 4 5 6 7 8; do echo "true $i"; done >tests
expect 0 isorun plan --json --cpus 64 --budget 64G
near 1 || fail "eight of a second each fit at once"
[ "$(json "$out" cpus)" = 64 ] || fail "--cpus is not heard"
[ "$(json "$out" budget_bytes)" = 68719476736 ] || fail "--budget is not heard"
[ "$(json "$out" bounds.binds)" = longest ] || fail "nothing else binds"

expect 0 isorun plan --json --cpus 64 --budget 200M
near 4 || fail "two at once fit the memory"
[ "$(json "$out" bounds.binds)" = memory ] || fail "memory is what binds"
[ $(($(json "$out" what_if.0.saved_ns) / 100000000)) = 30 ] || fail "a GiB more saves three seconds"

expect 0 isorun plan --json --cpus 4 --budget 64G
near 2 || fail "four at once fit the cpus"
[ "$(json "$out" bounds.binds)" = cpu ] || fail "cpus are what binds"

expect 0 isorun plan --cpus 4 --budget 64G -k 'true and 3'
has '^1 test, 4 cpus, .*, budget 64G: 1.0s$'
