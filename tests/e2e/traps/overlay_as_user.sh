# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# 3. A test that runs as another user can create files in that user's tree under an overlay.
. "$E2E/lib.sh"

need_namespaces
need_root
mkdir tree
chown 65534:65534 tree
cd tree || fail "no tree"
expect 0 isorun --workspace overlay --user 65534:65534 sh -c 'echo x >made && cat made'
prints x
[ ! -e made ] || fail "the tree was written"
