# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Tests that use one port and one path pass side by side.
. "$E2E/lib.sh"

need_namespaces

for i in 1 2 3 4 5 6; do
	echo "sh -c 'set -C; echo $i >/tmp/out; \"$PROBE\" bind 8080 200ms; test \$(cat /tmp/out) = $i'"
done >tests
expect 0 isorun suite -j6 --memory 32M lines:tests
