# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# When only a child was killed for memory the test may exit with 0: it is a memory kill all the same.
. "$E2E/lib.sh"

need_cgroup
expect 137 isorun --memory 48M --status status.json "$PROBE" child-alloc 100M
prints "child killed"
says 'memory'
[ "$(json status.json oom_kills)" -ge 1 ] || fail "oom_kills is $(json status.json oom_kills)"
