# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The time limit sends SIGTERM first, so that the test can clean up.
. "$E2E/lib.sh"

expect 124 isorun --timeout 500ms sh -c 'trap "echo cleaned up; exit 0" TERM; while :; do sleep 0.05; done'
prints "cleaned up"
