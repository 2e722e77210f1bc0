# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Six tests and two gpus: each gpu is one test's at a time, and both are in use at once.
. "$E2E/lib.sh"

cat >one <<-'END'
	#!/bin/sh
	gpu=$CUDA_VISIBLE_DEVICES
	[ "$ROCR_VISIBLE_DEVICES" = "$gpu" ] && [ "$ISORUN_TOKEN_GPU" = "$gpu" ] || exit 2
	mkdir "held-$gpu" || exit 3
	echo "$gpu" >>"seen-$gpu"
	until [ -s seen-0 ] && [ -s seen-1 ]; do sleep 0.02; done
	rmdir "held-$gpu"
END
chmod +x one
{
	printf '[suite]\nworkspace = shared\nbudget = 800M\njobs = 8\ntokens = gpu=2\n'
	for i in 1 2 3 4 5 6; do
		printf '[test t%s]\ncommand = ./one\nmemory = 50M\ntimeout = 20s\ntokens = gpu=1\n' $i
	done
	printf '[test none]\nmemory = 50M\ncommand = test "${CUDA_VISIBLE_DEVICES-unset}" = unset\n'
} >isorun.ini
unset CUDA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES
expect 0 isorun suite
[ "$(cat seen-0 seen-1 | wc -l)" = 6 ] || fail "not each had a gpu"
expect 0 isorun suite -k t1 --json events --order listed
events events attempt-finished >finished
[ "$(json finished result.held)" = '["gpu:0"]' ] ||
	fail "the event log does not say which it held"
