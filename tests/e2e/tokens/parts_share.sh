# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Halves of one gpu run two at a time on that gpu, never three.
. "$E2E/lib.sh"

cat >one <<-'END'
	#!/bin/sh
	[ "$CUDA_VISIBLE_DEVICES" = 0 ] || exit 2
	for place in a b; do
		mkdir $place 2>/dev/null && mine=$place && break
	done
	[ "$mine" ] || exit 3
	echo >>"seen-$mine"
	until [ -s seen-a ] && [ -s seen-b ]; do sleep 0.02; done
	sleep 0.02
	rmdir $mine
END
chmod +x one
for i in 1 2 3 4 5 6; do
	echo "./one $i"
done >tests
unset CUDA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES
expect 0 isorun suite --workspace shared --budget 800M --memory 50M -j 8 -t 20s \
	--have gpu=1 --token gpu=0.5 lines:tests
# So do commands that know nothing of each other.
limits="--budget 800M --memory 50M -t 20s --have gpu=1 --token gpu=0.5"
for i in 1 2 3 4; do
	# shellcheck disable=SC2086 # words
	"$ISORUN" $limits ./one &
	eval "own $!; c$i=$!"
done
# shellcheck disable=SC2154 # by eval
for pid in $c1 $c2 $c3 $c4; do
	wait "$pid" || fail "three had a part at once"
done
# Each of these fits into a gpu, but no two of them.
printf 'mkdir whole && sleep 0.1 && rmdir whole\nmkdir whole && sleep 0.1 && rmdir whole\n' >tests
expect 0 isorun suite --workspace shared --budget 800M --memory 50M -j 8 -t 20s \
	--have gpu=1 --token gpu=0.6 lines:tests
