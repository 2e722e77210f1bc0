# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# isorun doctor says what this host permits, and --json the same for programs.
. "$E2E/lib.sh"

isorun doctor >"$out" 2>"$err"
[ $? -le 1 ] || fail "doctor itself failed"
has 'namespace'
has 'memory'
isorun doctor --json >"$out" 2>"$err"
python3 -m json.tool "$out" >/dev/null || fail "no JSON"
