# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Inherited descriptors above 2 do not reach the test; --pass-fd lets one through.
. "$E2E/lib.sh"

exec 7</dev/null 9</dev/null
expect 0 isorun "$PROBE" fds
prints "0
1
2"
expect 0 isorun --pass-fd 7 "$PROBE" fds
prints "0
1
2
7"
