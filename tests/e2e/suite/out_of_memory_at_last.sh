# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test that wants more than the budget is out-of-memory, with the figure.
. "$E2E/lib.sh"

printf '%s alloc 300M --hold 20s\ntrue\n' "$PROBE" >tests
expect 1 isorun suite --memory 48M --budget 150M --json events.json lines:tests
events events.json test-finished >found
has '"out-of-memory"' found
has '"passed"' found
has 'bigger than the whole budget of 150M, of which it reached 1[4-9][0-9.]*M: killed at' found

# Likewise where nobody said what it needs, beside others.
printf '%s alloc 300M\n%s alloc 60M --hold 500ms\ntrue\n' "$PROBE" "$PROBE" >tests
expect 1 isorun suite -j3 --budget 150M --json events.json lines:tests
has '^2 passed, 1 failed'
events events.json test-finished >found
has 'bigger than the whole budget of 150M' found
