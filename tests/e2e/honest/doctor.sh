# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# isorun doctor says what this host permits, and --json the same for programs.
. "$E2E/lib.sh"

expect 0 isorun doctor
has 'namespace'
has 'memory'
expect 0 isorun doctor --json
python3 -m json.tool "$out" >/dev/null || fail "no JSON"
