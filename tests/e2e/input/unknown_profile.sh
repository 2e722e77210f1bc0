# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# An unknown profile is a usage error with what was meant.
. "$E2E/lib.sh"

expect 2 isorun --profile defualt true
says "defualt"
says "default"
