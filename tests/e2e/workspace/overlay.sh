# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# With an overlay the test sees the tree and its writes, and the tree stays as it was.
. "$E2E/lib.sh"

need_namespaces

echo old >file
mkdir sub
echo keep >sub/keep
expect 0 isorun --workspace overlay --status status.json sh -c \
	'cat file; echo new >file; rm sub/keep; echo x >sub/other; cat file sub/other; ls sub'
prints "old
new
x
other"
[ "$(cat file)" = old ] && [ "$(cat sub/keep)" = keep ] && [ ! -e sub/other ] ||
	fail "the tree was written"
json status.json written >list
has 'sub/other' list
