# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# When only a child was killed for memory the test's own status counts, and it is said.
. "$E2E/lib.sh"

need_cgroup
expect 0 isorun --memory 48M --status status.json "$PROBE" child-alloc 100M
prints "child killed"
says 'memory'
[ "$(json status.json oom_kills)" -ge 1 ] || fail "oom_kills is $(json status.json oom_kills)"
