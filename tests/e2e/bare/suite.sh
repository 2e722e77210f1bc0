# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A suite without namespaces passes what asks for its own ports and files, and
# says once what it could not do.
. "$E2E/lib.sh"

for i in 1 2 3 4 5 6; do
	echo "sh -c 'set -C; echo $i >\$TMPDIR/out; \"$PROBE\" bind \$ISORUN_PORT_BASE 200ms;" \
		"test \$(cat \$TMPDIR/out) = $i'"
done >tests
expect 0 bare suite -j6 --memory 32M --budget 1G lines:tests
cat "$out" "$err" >all
has '6 passed' all
has 'overlay of the workspace' all
[ "$(grep -c 'overlay of the workspace' all)" = 1 ] || fail "said more than once"
expect 1 bare suite --strict lines:tests
has "strict: no "
