# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A wrapped command writes to the caller's tree.
. "$E2E/lib.sh"

echo old >file
expect 0 isorun sh -c 'echo new >file; echo x >other'
[ "$(cat file)" = new ] && [ -e other ] || fail "the tree was not written"
