# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --strict makes an error of what cannot be limited, before the command runs.
. "$E2E/lib.sh"

[ "$CGROUP" = none ] || skip "this lane has memory limits"
expect 125 isorun --strict --memory 64M sh -c 'echo ran >ran'
says '^isorun: '
[ ! -e ran ] || fail "the command was run"
