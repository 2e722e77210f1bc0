# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --fail-fast ends the suite at the first failure; the others are not run.
. "$E2E/lib.sh"

for i in 1 2 3 4 5 6; do
	echo "sh -c 'exit 1' test $i"
done >tests
expect 1 isorun suite -j1 --fail-fast --json events.json lines:tests
events events.json test-finished >found
[ "$(grep -c '"failed"' found)" = 1 ] || fail "more than one ran"
has '"not-run"' found
