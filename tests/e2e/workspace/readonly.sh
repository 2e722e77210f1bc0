# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# With a read-only workspace writes fail.
. "$E2E/lib.sh"

expect 1 isorun --workspace readonly sh -c 'echo x >file 2>/dev/null'
[ ! -e file ] || fail "the tree was written"
