# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A command that nobody knows begins with a share of the budget and grows, without
# a kill; one that needs more than the whole budget is killed, with the figure it
# reached.
. "$E2E/lib.sh"

expect 0 isorun --status s.json --budget 400M "$PROBE" alloc 300M --hold 500ms
[ "$(json s.json mem_limit_bytes)" -lt 209715200 ] || fail "it did not begin small"
[ "$(json s.json mem_limit_end_bytes)" -ge 314572800 ] || fail "its limit did not grow"
[ "$(json s.json oom_kills)" = 0 ] || fail "it was killed"

# What was stated is a limit.
expect 137 isorun --status s.json --budget 400M --memory 64M "$PROBE" alloc 100M --hold 20s
[ "$(json s.json mem_limit_end_bytes)" = 67108864 ] || fail "a stated limit grew"

expect 137 isorun --status s.json --budget 200M "$PROBE" alloc 300M --hold 20s
says 'out of memory: the command was killed at a limit of 200M'
[ "$(json s.json outcome)" = out-of-memory ] || fail "$(json s.json outcome)"
[ "$(json s.json mem_limit_end_bytes)" = 209715200 ] || fail "it did not get the whole budget"
[ "$(json s.json mem_peak_bytes)" -gt 200000000 ] || fail "the peak is not the figure reached"
