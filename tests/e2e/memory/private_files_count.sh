# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Files in a private directory are memory of the test: at its limit it pauses, and
# grows, and one whose limit was stated is killed.
. "$E2E/lib.sh"

need_namespaces
expect 0 isorun --budget 400M --status s.json sh -c 'head -c 200M /dev/zero >/tmp/big; sleep 1'
[ "$(json s.json mem_limit_end_bytes)" -ge 209715200 ] || fail "its limit did not grow"
[ "$(json s.json mem_peak_bytes)" -ge 209715200 ] || fail "a peak of $(json s.json mem_peak_bytes)"
expect 137 isorun --memory 100M --tmp-size 90M \
	sh -c 'head -c 80M /dev/zero >/tmp/big; exec "$0" alloc 60M --hold 20s' "$PROBE"
says 'out of memory: .* at a limit of 100M'
