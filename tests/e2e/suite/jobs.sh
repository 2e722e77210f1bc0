# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# -j bounds how many run at once.
. "$E2E/lib.sh"

for i in 1 2 3 4 5 6; do
	echo "sh -c 'mkdir lock || exit 1; sleep 0.05; rmdir lock' test $i"
done >tests
expect 0 isorun suite -j1 --workspace shared lines:tests
