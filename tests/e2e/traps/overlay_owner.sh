# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# 3. The overlay has the mode and owner of the tree's root.
. "$E2E/lib.sh"

mkdir tree
chmod 2775 tree
is_root && chown 1234:2345 tree
cd tree || fail "no tree"
stat -c '%a %u %g' . >../before
expect 0 isorun --workspace overlay stat -c '%a %u %g' .
diff ../before "$out" >difference || fail "$(cat difference)"
