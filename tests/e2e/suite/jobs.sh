# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# -j bounds how many run at once.
. "$E2E/lib.sh"

for i in 1 2 3 4 5 6; do
	echo "sh -c 'mkdir lock || exit 1; sleep 0.05; rmdir lock' test $i"
done >tests
expect 0 isorun suite -j1 --workspace shared lines:tests

# --serial says how many and in which order; who says otherwise, too, is told so.
expect 0 isorun suite --serial -j1 --order listed --workspace shared lines:tests
expect 2 isorun suite --serial -j 3 --workspace shared lines:tests
says "options '--serial' and '--jobs' contradict each other"
expect 2 isorun suite --order random --serial --workspace shared lines:tests
says "options '--serial' and '--order' contradict each other"
