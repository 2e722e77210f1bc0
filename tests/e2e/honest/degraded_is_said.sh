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
