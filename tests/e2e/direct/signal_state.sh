# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Blocked and ignored signals are the caller's.
. "$E2E/lib.sh"

probe signals >before
expect 0 isorun "$PROBE" signals
diff before "$out" >difference || fail "$(cat difference)"
(
	trap '' USR1
	probe signals >before
	expect 0 isorun "$PROBE" signals
	diff before "$out" >difference || fail "$(cat difference)"
) || exit 1
