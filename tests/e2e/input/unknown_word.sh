# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A subcommand with a typo is not run as a command without a word of it.
. "$E2E/lib.sh"

expect 127 isorun siute
says "siute"
says "suite"
