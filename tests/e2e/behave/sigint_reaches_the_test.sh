# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# SIGINT to isorun reaches the test.
. "$E2E/lib.sh"

# A shell starts background commands with SIGINT ignored.
env --default-signal=INT "$ISORUN" sh -c 'trap "exit 43" INT; echo ready; while :; do sleep 0.05; done' >ready 2>&1 &
launcher=$!
own $launcher
within 10 grep -q ready ready
kill -INT $launcher
wait $launcher
got=$?
[ $got = 43 ] || fail "gave $got instead of 43"
