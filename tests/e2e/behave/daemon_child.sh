# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A daemon of its own session, whose parent is gone, does not survive its test.
. "$E2E/lib.sh"

expect 0 isorun sh -c "setsid sh -c 'sleep 62.$$ & exit' >/dev/null 2>&1; sleep 0.1"
within 5 dead "sleep 62.$$"
