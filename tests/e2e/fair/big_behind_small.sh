# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A big command behind endless streams of small ones of other processes starts when
# those end that held memory when it came; nobody passes it but where there is room
# beside it.
. "$E2E/lib.sh"

streams='1 2 3 4 5'
stream() # stream MEMORY
{
	while [ ! -e over ]; do
		"$ISORUN" --budget 200M --memory "$1" sh -c "echo small >>log; sleep 0.2" 2>>said ||
			[ -e over ] || echo "small failed" >>log
	done
}
begin_streams() # MEMORY
{
	rm -f log over
	: >log
	for i in $streams; do
		stream "$1" &
		eval "stream_$i=$!; own $!"
	done
	within 10 enough
}
enough() { [ "$(wc -l <log)" -ge 10 ]; }
end_streams()
{
	: >over
	for i in $streams; do
		eval "wait \$stream_$i"
	done
	lacks failed log
}
waiting() { "$ISORUN" status | grep -q ' waits .*echo big'; }
# The big one, and a mark in the log when all can see that it waits.
big() # big SIZE
{
	"$ISORUN" --budget 200M --memory "$1" sh -c 'echo big >>log' 2>>said &
	big=$!
	own $big
	until waiting; do
		! gone_child $big || break
	done
	echo mark >>log
	within 30 gone_child $big
	wait $big || fail "the big one failed: $(cat said)"
}
# One of each stream may have asked before the big one did.
passed() { awk '/mark/ { on = 1 } /big/ { exit } on && /small/ { n++ } END { print n + 0 }' log; }

# Two and a half at a time, and nothing beside the big one.
begin_streams 80M
big 190M
end_streams
[ "$(passed)" -le 5 ] || fail "$(passed) small ones passed the big one: $(cat log)"

# Room for one beside it, which may be used again and again until the big one starts.
begin_streams 40M
big 160M
end_streams
[ "$(passed)" -le 15 ] || fail "$(passed) small ones passed the big one: $(cat log)"
