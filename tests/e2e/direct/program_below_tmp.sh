# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A program in /tmp, where `go test -exec` has it, is shown at its own path, read-only,
# and nothing else that lies there.
. "$E2E/lib.sh"

dir=$(mktemp -d /tmp/isorun-e2e.XXXXXX)
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
mkdir "$dir/deep"
printf '#!/bin/sh\necho "$0 $*"\nls "${0%%/*}" | wc -l\n' >"$dir/deep/program"
chmod +x "$dir/deep/program"
touch "$dir/deep/other"

expect 0 isorun "$dir/deep/program" one
if [ "$NAMESPACES" = no ]; then
	prints "$dir/deep/program one
2"
	exit
fi
prints "$dir/deep/program one
1"
echo "$dir/deep/program two" >tests
expect 0 isorun suite lines:tests
expect 0 isorun --explain "$dir/deep/program"
has "$dir/deep/program"

# shellcheck disable=SC2016 # the program's
printf '#!/bin/sh\necho more >>"$0"\n' >"$dir/deep/program"
expect 2 isorun "$dir/deep/program"
says 'Read-only'
# What was asked to be bound there is left as it was asked.
expect 0 isorun --bind "$dir" "$dir/deep/program"
grep -q '^more' "$dir/deep/program" || fail "a bind that may be written was not"
expect 127 isorun --hide "$dir" "$dir/deep/program"
expect 127 isorun "$dir/deep/absent"
# Found in PATH it is not shown, and that is told.
PATH="$dir/deep:$PATH" expect 127 isorun program
says "^isorun: command 'program': not found"
says "^hint: '$dir/deep/program' exists: the sandbox hides it"
