# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A shell with job control does not take a pause at the memory limit for a stop of
# its job.
. "$E2E/lib.sh"

need_cmd bash
# shellcheck disable=SC2016 # expanded by bash
echo 'set -m; "$1" alloc 200M --hold 500ms; echo "after: $?"' >job
round=0
while [ $round -lt 3 ]; do
	"$ISORUN" --budget 300M --memory 160M "$PROBE" sleep 60s >ready &
	holder=$!
	own $holder
	within 10 grep -q ready ready
	"$ISORUN" --budget 300M --status s.json bash job "$PROBE" >"$out" 2>"$err" &
	paused=$!
	own $paused
	pauses() { "$ISORUN" status --json | grep -q '"pauses"'; }
	within 10 pauses
	kill $holder
	wait $paused || fail "it did not pass"
	prints 'after: 0'
	lacks 'Stopped' "$err"
	[ "$(json s.json pauses)" -ge 1 ] || fail "no pause was counted"
	rm ready
	round=$((round + 1))
done
