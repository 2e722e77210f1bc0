# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --env sets a variable for the test.
. "$E2E/lib.sh"

expect 0 isorun --env COLOUR=blue --env OTHER='x y' sh -c 'echo "$COLOUR $OTHER"'
prints "blue x y"
