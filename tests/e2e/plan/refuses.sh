# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What cannot be planned is one line and status 2.
. "$E2E/lib.sh"

echo true >tests
refused()
{
	pattern=$1
	shift
	expect 2 isorun plan "$@"
	says "$pattern"
	[ "$(wc -l <"$err")" = 1 ] || fail "not one line for: $*"
	[ ! -s "$out" ] || fail "it printed a plan for: $*"
}
refused '--cpus' --cpus 0 lines:tests
refused '--cpus' --cpus many lines:tests
refused '--budget' --budget much lines:tests
refused 'want standard output' --json --svg - lines:tests
refused 'none of 1 tests matches' -k other lines:tests
refused 'nowhere' lines:nowhere
