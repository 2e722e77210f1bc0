# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# An option that lacks its value says so.
. "$E2E/lib.sh"

expect 2 isorun --memory
says "--memory"
expect 2 isorun
[ -s "$err" ] || fail "no usage"
