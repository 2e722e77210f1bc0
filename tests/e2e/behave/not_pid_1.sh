# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The test is not pid 1: signals work as ever and somebody reaps.
. "$E2E/lib.sh"

expect 0 isorun sh -c 'echo $$'
lacks '^1$'
