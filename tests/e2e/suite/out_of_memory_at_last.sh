# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test that wants more than the budget is out-of-memory, with the figure.
. "$E2E/lib.sh"

printf '%s alloc 300M --hold 20s\ntrue\n' "$PROBE" >tests
expect 1 isorun suite --memory 48M --budget 150M --json events.json lines:tests
events events.json test-finished >found
has '"out-of-memory"' found
has '"passed"' found
