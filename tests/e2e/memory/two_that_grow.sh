# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Of two commands that grow in a budget for one the younger pauses, or gives way and
# is run again; both pass, and nobody is killed by the kernel.
. "$E2E/lib.sh"

for i in 1 2; do
	"$ISORUN" --budget 400M --retry-oom --status "s$i.json" "$PROBE" \
		alloc 300M --steps 16 --over 300ms 2>"err$i" &
	eval "own $!; pid$i=$!"
done
wait "$pid1" || fail "the first failed: $(cat err1)"
wait "$pid2" || fail "the second failed: $(cat err2)"
for i in 1 2; do
	[ "$(json "s$i.json" oom_kills)" = 0 ] || fail "number $i was killed"
	[ "$(json "s$i.json" outcome)" = passed ] || fail "number $i: $(json "s$i.json" outcome)"
done
