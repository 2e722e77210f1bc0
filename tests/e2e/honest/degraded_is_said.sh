# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Without a memory limit from the kernel one warning line says so, and so does the record.
. "$E2E/lib.sh"

[ "$CGROUP" = none ] || skip "this lane has memory limits"
expect 0 isorun --memory 64M --status status.json true
says '^isorun: .*memory'
json status.json degraded >list
has memory list
expect 0 isorun --pids none --status status.json true
json status.json degraded >list
lacks '"pids limit"' list
expect 0 isorun --pids 20 --status status.json true
json status.json degraded >list
has '"pids limit"' list

# At its start, not at its end.
isorun sh -c 'until [ -e go ]; do sleep 0.02; done' 2>early &
within 10 grep -q 'warning: without memory limit' early
touch go
wait $! || fail "the command failed"
[ "$(wc -l <early)" = 1 ] || fail "said twice"
