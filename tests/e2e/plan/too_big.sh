# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Of a test that had the whole budget and ran out of it the plan says so, and that it
# would fit into more.
. "$E2E/lib.sh"

printf '[test big]\ncommand = exec %s alloc 300M --hold 2s\n' "$PROBE" >isorun.ini
expect 1 isorun suite --budget 200M
expect 0 isorun plan --budget 200M
has '^1 test needs more memory than'
[ "$(isorun plan --budget 200M --json | grep -Eo '"too_big": ?[0-9]+' | grep -o '[0-9]*$')" = 1 ] ||
	fail "the JSON does not say so"
expect 0 isorun plan --budget 4G
lacks 'needs more memory than'
