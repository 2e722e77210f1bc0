# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A big command starts behind endless streams of small ones that grow once they are
# let in: they would take its place one after the other.
. "$E2E/lib.sh"

need_cgroup
streams='1 2 3 4 5 6 7 8'
# They end at different times, or all would be gone at once now and then.
stream() # stream NUMBER
{
	while [ ! -e over ]; do
		"$ISORUN" --budget 400M --memory 16M --retry-oom "$PROBE" \
			alloc 70M --steps 7 --over 70ms --hold $(($1 * 110))ms 2>>said && echo small >>log
	done
}
: >log
for i in $streams; do
	stream $i &
	eval "stream_$i=$!; own $!"
done
enough() { [ "$(wc -l <log)" -ge 8 ]; }
within 20 enough
"$ISORUN" --budget 400M --memory 300M sh -c 'echo big >>log' 2>big.said &
big=$!
own $big
within 15 gone_child $big
: >over
wait $big || fail "the big one failed: $(cat big.said)"
for i in $streams; do
	eval "wait \$stream_$i"
done
