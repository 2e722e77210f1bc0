# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# SIGTERM to isorun reaches the test's own handler, and its exit status comes back.
. "$E2E/lib.sh"

"$ISORUN" "$PROBE" on-term 42 >ready 2>&1 &
launcher=$!
own $launcher
within 10 grep -q ready ready
kill -TERM $launcher
wait $launcher
got=$?
[ $got = 42 ] || fail "gave $got instead of 42"
