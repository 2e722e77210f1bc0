# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A demand above the whole budget runs alone with the whole budget.
. "$E2E/lib.sh"

expect 0 isorun --budget 200M --memory 1G "$PROBE" alloc 100M
expect 137 isorun --budget 100M --memory 1G "$PROBE" alloc 150M --hold 20s
says 'memory'

expect 0 isorun --budget 200M --memory 1G true
says '^isorun: warning: --memory 1G is more than the budget of 200M: limited to that$'
echo true >tests
expect 0 isorun suite --budget 200M --memory 1G lines:tests
says '^isorun: warning: --memory 1G is more than the budget of 200M: limited to that$'
expect 0 isorun --budget 200M --memory 200M true
quiet
