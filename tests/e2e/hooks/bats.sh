# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# bats runs the tests of a file one after the other; a file is what is wrapped.
. "$E2E/lib.sh"

need_cmd bats
need_cmd parallel
clashing
mkdir t
for i in $(seq 10); do
	for j in 1 2 3 4; do
		printf '@test "%s" {\n\t./clash %s\n}\n' "$i-$j" "$i-$j"
	done >"t/$i.bats"
done
hooked 'parallel --will-cite -j8 bats ::: t/*.bats' \
	'parallel --will-cite -j8 isorun bats ::: t/*.bats'
[ "$(grep -c '^ok' "$out")" = 40 ] || fail "not all 40 were run"
