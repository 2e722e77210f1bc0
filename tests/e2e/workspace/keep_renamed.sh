# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Directories that a test renames, nests and swaps come out with what it saw in
# them, and nothing of them is lost.
. "$E2E/lib.sh"

need_namespaces
# case BEFORE COMMAND AFTER: files with their text, one a word, "NAME=TEXT".
case_of()
{
	for scratch in memory disk; do
		rm -rf tree && mkdir tree
		for f in $1; do
			mkdir -p "tree/$(dirname "${f%=*}")"
			printf %s "${f#*=}" >"tree/${f%=*}"
		done
		(cd tree && expect 0 isorun --scratch $scratch --keep '*.xml' sh -ec "$2") || exit 1
		got=$(cd tree && find . -type f | sort | while read -r f; do
			echo "${f#./}=$(cat "$f")"
		done | tr '\n' ' ')
		[ "$got" = "$3 " ] || fail "--scratch $scratch, $2: $got instead of $3"
	done
}
case_of 'src/1.xml=A' 'mv src dst' 'dst/1.xml=A'
case_of 'src/1.xml=A src/other=B' 'mkdir new; mv src new/src' 'new/src/1.xml=A src/other=B'
case_of 'a/1.xml=A' 'mv a x; mkdir a; mv x a/x' 'a/x/1.xml=A'
case_of 'out/1.xml=old' 'mv out out.old; mkdir out; printf new >out/1.xml' \
	'out.old/1.xml=old out/1.xml=new'
case_of 'a/1.xml=A b/1.xml=B' 'mv a t; mv b a; mv t b' 'a/1.xml=B b/1.xml=A'
for name in 0 1 2 3 4 5 6 7 8 9; do
	case_of 'src/1.xml=A' "mv src $name" "$name/1.xml=A"
done
