# SPDX-License-Identifier: Apache-2.0
# When the parent is killed its forks end, also those that know of each other,
# and so at any instant of a fork.
. "$E2E/lib.sh"
. "$E2E/library/forked"
STAY=63.$$ OLDER=1
export STAY OLDER
"$forker" "$run_dir" "$profiles" stay &
own $!
two() { [ "$(grep -las "$STAY" /proc/[0-9]*/cmdline | wc -l)" -ge 2 ]; }
within 10 two
kill -9 $!
within 5 dead sleep "$STAY"
unset OLDER
for i in 1 2 3 4 5 6 7 8; do
	# Its name is in the command line of nothing else, and of its forks.
	cp "$forker" "forker-$i.$$"
	"./forker-$i.$$" "$run_dir" "$profiles" threads >/dev/null 2>&1 &
	own $!
	sleep "0.$((i * 4))" # at an instant that is anyone's guess
	kill -9 $! 2>/dev/null
	within 10 dead "forker-$i.$$"
done
within 5 no_dead_leaves
