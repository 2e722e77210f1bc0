# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The leaf of a test is gone when isorun returns, also after a memory kill.
. "$E2E/lib.sh"

need_cgroup
leaf() { expect "$1" isorun --memory 32M sh -c "grep -E ':memory:|^0::' /proc/self/cgroup; $2"; }
leaf 0 true
leaf 137 "exec '$PROBE' alloc 100M"
within 5 no_dead_leaves
