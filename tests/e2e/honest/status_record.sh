# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --status writes what was limited, used and applied.
. "$E2E/lib.sh"

expect 3 isorun --status status.json sh -c 'exit 3'
[ "$(json status.json exit_status)" = 3 ] || fail "exit_status: $(json status.json exit_status)"
[ "$(json status.json verdict)" = failed ] || fail "verdict: $(json status.json verdict)"
[ "$(json status.json wall_ns)" -gt 0 ] || fail "wall_ns: $(json status.json wall_ns)"
