# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Two suites and wrapped commands at once never have one gpu twice.
. "$E2E/lib.sh"

cat >one <<-'END'
	#!/bin/sh
	cd "$1" && mkdir "held-$CUDA_VISIBLE_DEVICES" || exit 2
	echo "$2" >>seen
	sleep 0.05
	rmdir "held-$CUDA_VISIBLE_DEVICES"
END
chmod +x one
mkdir a b
for i in 1 2 3 4; do
	echo "$PWD/one $PWD suite-a" >>a/tests
	echo "$PWD/one $PWD suite-b" >>b/tests
done
unset CUDA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES
limits="--budget 800M --memory 50M -t 20s --have gpu=2 --token gpu"

# All are there before the first of them may begin.
"$ISORUN" --budget 800M --memory 50M --have gpu=2 --token gpu=2 \
	sh -c 'echo >ready; until [ -s go ]; do sleep 0.02; done' &
own $!
within 10 test -s ready
for dir in a b; do
	# shellcheck disable=SC2086 # words
	(cd $dir && exec "$ISORUN" suite --workspace shared --bind "${PWD%/*}" $limits -j 4 \
		lines:tests >out 2>&1) &
	eval "own $!; $dir=$!"
done
for i in 1 2 3 4; do
	# shellcheck disable=SC2086
	"$ISORUN" $limits ./one "$PWD" wrapped &
	eval "own $!; c$i=$!"
done
all_wait() { [ "$("$ISORUN" status | grep -c ' waits .* gpu=1 ')" = 6 ]; }
within 10 all_wait
echo >go
# shellcheck disable=SC2154 # by eval
for pid in $a $b $c1 $c2 $c3 $c4; do
	wait "$pid" || fail "one failed: $(cat a/out b/out)"
done
[ "$(wc -l <seen)" = 12 ] || fail "not each ran"
