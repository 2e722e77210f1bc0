# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test cannot swap itself out of its limit.
. "$E2E/lib.sh"

expect 137 isorun --memory 32M --status status.json "$PROBE" alloc 200M --hold 20s
[ "$(json status.json swap_bytes)" = 0 ] || [ "$(json status.json swap_bytes)" = None ] ||
	fail "swapped $(json status.json swap_bytes) bytes"
