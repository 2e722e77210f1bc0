# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Tests that share a lock follow one another, and the plan says what that costs.
. "$E2E/lib.sh"

{
	for i in 1 2 3 4; do
		printf '[test locked%s]\ncommand = true\nmemory = 10M\ncpus = 1\nlocks = schema\n' $i
	done
	printf '[test free]\ncommand = true\nmemory = 10M\ncpus = 1\n'
} >isorun.ini
expect 0 isorun plan --cpus 8 --budget 8G
has "^ +4\.0s  tests with the lock 'schema'  <- binds$"
has "^ +3\.0s  without the lock 'schema'$"
lacks 'with one more' # because that saves nothing
lacks 'two halves'
awk 'length($0) > 80' "$out" | grep -q . && fail "a line has more than 80 columns"
:
