# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --explain prints the steps and runs nothing.
. "$E2E/lib.sh"

expect 0 isorun --explain sh -c 'echo ran >ran'
[ ! -e ran ] || fail "the command was run"
has 'mount'
has '/tmp'
