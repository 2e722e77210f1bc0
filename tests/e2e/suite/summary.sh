# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The summary has counts, wall time, and what bounds it.
. "$E2E/lib.sh"

printf 'sleep 0.1\ntrue\nfalse\n' >tests
isorun suite lines:tests >"$out" 2>&1
has '2 passed'
has '1 failed'
