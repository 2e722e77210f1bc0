# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The exit status is the command's own.
. "$E2E/lib.sh"

expect 77 isorun sh -c 'exit 77'
expect 0 isorun true
expect 1 isorun false
expect 255 isorun sh -c 'exit 255'
quiet
