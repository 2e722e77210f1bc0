# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Those that wait for the budget sleep, and have less than a mebibyte of their own.  Who
# passes them wakes the oldest, which watches all that hold, and no other.
. "$E2E/lib.sh"

"$ISORUN" --budget 200M --memory 190M sh -c 'echo held; exec sleep 60' >held &
holder=$!
own $holder
within 10 grep -q held held
pids=
for i in $(seq 20); do
	"$ISORUN" --budget 200M --memory 100M true 2>said.$i &
	own $!
	pids="$pids $!"
done
# After a second each says once that it waits, and has nothing more to do.
all_said() { [ "$(cat said.* | grep -c 'waits for')" = 20 ]; }
within 20 all_said
asleep()
{
	for pid in $pids; do
		grep -q '^State:.S' /proc/$pid/status || return 1
	done
}
within 10 asleep
# How often each was on a cpu, and the time that it was, in ticks.
wakes()
{
	for pid in $pids; do
		switches=$(sed -n 's/.*ctxt_switches:\t//p' /proc/$pid/status | tr '\n' ' ')
		echo "$pid $switches $(cut -d' ' -f14,15 /proc/$pid/stat)"
	done
}
wakes >before
for i in $(seq 5); do
	"$ISORUN" --budget 200M --memory 4M sleep 0.2 2>/dev/null || fail "no room for a small one"
done
wakes >after
diff before after | grep '^>' >"$out"
[ "$(wc -l <"$out")" -le 1 ] || fail "more than the oldest were woken"
for pid in $pids; do
	own_kib=$(awk '/^Private_/ { kib += $2 } END { print kib }' /proc/$pid/smaps_rollup)
	[ "$own_kib" -lt 1024 ] || fail "one that waits has $own_kib KiB of its own"
done
kill $holder
for pid in $pids; do
	wait $pid || fail "one that waited failed: $(cat said.*)"
done
