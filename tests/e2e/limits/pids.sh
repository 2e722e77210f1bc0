# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --pids bounds the processes of a test.
. "$E2E/lib.sh"

need_cgroup
expect 1 isorun --pids 20 "$PROBE" fork 100
has '^[0-9]+ of 100$'
[ "$(cut -d' ' -f1 "$out")" -lt 20 ] || fail "more processes than allowed"
expect 0 isorun --pids 200 "$PROBE" fork 100
