# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Who ignores SIGTERM is killed after the grace.
. "$E2E/lib.sh"

began=$(date +%s)
expect 124 isorun --timeout 300ms --grace 300ms "$PROBE" ignore-term
[ $(($(date +%s) - began)) -lt 10 ] || fail "took too long"
