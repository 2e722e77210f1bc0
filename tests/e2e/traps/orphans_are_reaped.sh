# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# 2. Pid 1 reaps, so that who waits for a stranger's pid to vanish does not wait for ever.
. "$E2E/lib.sh"

expect 0 isorun "$PROBE" reap
prints reaped
