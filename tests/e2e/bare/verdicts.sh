# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Without namespaces the verdicts are what they are with them.
. "$E2E/lib.sh"

expect 77 bare sh -c 'exit 77'
expect 139 bare sh -c 'kill -SEGV $$'
expect 137 bare sh -c 'kill -9 $$'
expect 127 bare ./nothing
: >file
expect 126 bare ./file
expect 124 bare --timeout 300ms --status status.json sleep 60
says 'time limit'
[ "$(json status.json verdict)" = timed-out ] || fail "$(cat status.json)"
# shellcheck disable=SC2016 # expanded by the inner shell
expect 0 bare sh -c 'test $$ != 1 && test "$ISORUN" = 1'

"$PROBE" refuse-namespaces "$ISORUN" "$PROBE" on-term 5 >ready 2>"$err" &
pid=$!
own $pid
within 10 grep -q ready ready
kill -TERM $pid
wait $pid
got=$?
[ $got = 5 ] || fail "after SIGTERM $got instead of 5"
