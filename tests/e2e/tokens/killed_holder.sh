# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The gpu of an isorun that was killed with SIGKILL is free again, and the suite that waits for
# it runs what wants none meanwhile.
. "$E2E/lib.sh"

unset CUDA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES
"$ISORUN" --budget 800M --memory 50M --have gpu=2 --token gpu=2 "$PROBE" sleep 60s >ready &
holder=$!
own $holder
within 10 grep -q ready ready
{
	printf '[suite]\nworkspace = shared\nbudget = 800M\ntokens = gpu=2\njobs = 4\n'
	printf '[match *]\nmemory = 50M\n[match g*]\ntokens = gpu=1\n'
	for i in 1 2 3; do
		printf '[test g%s]\ncommand = echo >done-g%s\n' $i $i
		printf '[test n%s]\ncommand = echo >done-n%s\n' $i $i
	done
} >isorun.ini
"$ISORUN" suite --order listed >suite 2>&1 &
suite=$!
own $suite
for i in 1 2 3; do
	within 10 test -s done-n$i
done
within 10 grep -q "waits for the token 'gpu=1', which others hold" suite
[ ! -e done-g1 ] || fail "a gpu that is held was given again"
expect 0 isorun status
has 'runs .* gpu:0,1  '
has 'waits .* gpu=1  g1$'
kill -9 $holder
within 10 gone_child $suite
wait $suite || fail "the suite failed"
[ -e done-g3 ] || fail "not all ran"
