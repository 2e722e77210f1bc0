# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test that runs into its time limit gives 124.
. "$E2E/lib.sh"

began=$(date +%s)
expect 124 isorun --timeout 300ms sleep 30
says 'time'
[ $(($(date +%s) - began)) -lt 20 ] || fail "took too long"
