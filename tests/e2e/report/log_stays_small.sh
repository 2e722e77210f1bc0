# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Samples of memory are stored of tests that hold much; of quiet ones there are none, and a
# test has no more than some lines of the log.
. "$E2E/lib.sh"

i=0
while [ $i -lt 20 ]; do
	echo "true $i"
	i=$((i + 1))
done >tests
expect 0 isorun suite --json events.json lines:tests
lacks '"attempt-sampled"' events.json
lacks '"attempt-paused"' events.json
[ "$(wc -c <events.json)" -lt $((20 * 2500 + 4000)) ] || fail "$(wc -c <events.json) bytes"
[ "$(wc -l <events.json)" -le $((20 * 4 + 8)) ] || fail "$(wc -l <events.json) lines"

# The first sample comes 20 ms after the start, the next 200 ms later.
echo "$PROBE alloc 60M --hold 1s" >tests
expect 0 isorun suite --json events.json lines:tests
events events.json attempt-sampled | has '"mem_bytes": ?[1-9][0-9]{7}[,}]' /dev/stdin
