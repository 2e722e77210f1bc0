# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test that is killed for memory gives 137 and one line that says so.
. "$E2E/lib.sh"

expect 137 isorun --memory 32M "$PROBE" alloc 100M --hold 20s
says '^isorun: .*memory.*32M'
