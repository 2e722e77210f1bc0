# SPDX-License-Identifier: Apache-2.0
# Without its sandbox there is no fork: the caller is told why, and nobody else
# goes on.
. "$E2E/lib.sh"
. "$E2E/library/forked"
mkdir -p a/b
cd a/b || exit 1
expect 1 forked where "filesystem.hide=${PWD%/b}"
[ "$(wc -l <"$out")" -le 2 ] || fail "somebody went on"
has "^error 5: change to directory '$PWD': No such file or directory"
expect 1 forked where namespaces.own=none namespaces.own=mount
prints "error 5: fork: it needs the pid namespace that the profile shares"
