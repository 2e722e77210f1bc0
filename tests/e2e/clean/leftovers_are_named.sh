# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A process that the test left running is reported with its name.
. "$E2E/lib.sh"

expect 0 isorun --status status.json sh -c "sleep 64.$$ & exit 0"
says "sleep"
has '"leftovers"' status.json
json status.json leftovers >list
has "sleep 64.$$" list
