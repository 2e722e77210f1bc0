# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A process that the test leaves behind neither hangs the launcher nor survives it,
# although it holds our standard output open.
. "$E2E/lib.sh"

began=$(date +%s)
expect 3 isorun sh -c "sleep 61.$$ & exit 3"
[ $(($(date +%s) - began)) -lt 20 ] || fail "waited for the child"
within 5 dead "sleep 61.$$"
