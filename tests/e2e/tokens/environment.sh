# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What a test is told of its tokens, and where isorun finds gpus.
. "$E2E/lib.sh"

unset CUDA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES
expect 0 isorun --have lic.x=3 --token lic.x=2 --status record sh -c 'echo "$ISORUN_TOKEN_LIC_X"'
prints 0,1
[ "$(json record held)" = '["lic.x:0,1"]' ] || fail "the record does not say what it held"

# shellcheck disable=SC2016
show='echo "${CUDA_VISIBLE_DEVICES-} ${ROCR_VISIBLE_DEVICES-} ${ISORUN_TOKEN_GPU-}"'
export CUDA_VISIBLE_DEVICES=4,7
expect 0 isorun --token gpu=2 sh -c "$show"
prints "4,7 4,7 4,7"
expect 0 isorun --token gpu sh -c "$show"
prints "4 4 4"
expect 0 isorun --have gpu=1 --token gpu=0.25 sh -c "$show"
prints "4 4 4"
expect 0 isorun sh -c "$show"
prints "4,7  "
# Without numbers they go by their places.
CUDA_VISIBLE_DEVICES=GPU-aa,GPU-bb
expect 0 isorun --token gpu=2 sh -c "$show"
prints "GPU-aa,GPU-bb GPU-aa,GPU-bb 0,1"
unset CUDA_VISIBLE_DEVICES
export ROCR_VISIBLE_DEVICES=3
expect 0 isorun --token gpu sh -c "$show"
prints "3 3 3"

# Inside of a test the gpus are those that it was given, and its locks in nobody's way.
unset ROCR_VISIBLE_DEVICES
expect 0 isorun --have gpu=2 --token gpu --lock db -t 20s --memory 50M \
	"$ISORUN" --memory 50M --token gpu --lock db sh -c "$show"
prints "0 0 0"
