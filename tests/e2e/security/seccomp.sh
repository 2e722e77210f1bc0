# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Calls that reach outside of any sandbox are refused.
. "$E2E/lib.sh"

expect 0 isorun "$PROBE" refused
expect 0 isorun grep Seccomp: /proc/self/status
has '2$'
