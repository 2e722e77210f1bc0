# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --bind shows a path at another place, read-only when asked.
. "$E2E/lib.sh"

need_namespaces

mkdir there
echo text >there/file
mkdir here
expect 0 isorun --bind "$PWD/there:$PWD/here" sh -c 'cat here/file; echo more >>here/file'
prints text
[ "$(wc -l <there/file)" = 2 ] || fail "the bind was not written through"
expect 2 isorun --bind "$PWD/there:$PWD/here:ro" sh -c 'echo more >>here/file' ||
	says 'ead-only'
[ "$(wc -l <there/file)" = 2 ] || fail "a read-only bind was written"
