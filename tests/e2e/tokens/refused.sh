# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Tokens and locks that cannot be are told in one line, before anything runs.
. "$E2E/lib.sh"

unset CUDA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES
one_line() { [ "$(grep -vc warning "$err")" = 1 ] || fail "not one line"; }
refuses()
{
	pattern=$1
	shift
	expect 2 isorun "$@"
	says "$pattern"
	one_line
}

refuses "token 'gpu=3': there are only 2" --have gpu=2 --token gpu=3 true
refuses "token 'seat': nobody said how many there are: --have seat=N" --token seat true
refuses "'gpu=1\.5': more than one are asked for whole" --have gpu=2 --token gpu=1.5 true
refuses "'gpu=0': expected NAME or NAME=N" --token gpu=0 true
refuses "'g:x': a name is of letters" --token g:x true
refuses "'db:share': expected NAME or NAME:shared" --lock db:share true
refuses "'gpu': expected NAME=N" --have gpu true
refuses "'gpu=65': there are 64 at most" --have gpu=65 true
refuses "a test may ask for 8 tokens and locks at most" --lock 1 --lock 2 --lock 3 --lock 4 \
	--lock 5 --lock 6 --lock 7 --lock 8 --lock 9 true
export CUDA_VISIBLE_DEVICES=0,1
refuses "'gpu=3': CUDA_VISIBLE_DEVICES names only 2" --have gpu=3 --token gpu true
CUDA_VISIBLE_DEVICES=
refuses "token 'gpu': none was found here" --token gpu true
unset CUDA_VISIBLE_DEVICES

manifest()
{
	printf '[suite]\nworkspace = shared\n%s\n[test a]\ncommand = echo >ran\n' "$1" >isorun.ini
	printf '[test b]\ncommand = true\n%s\n' "$2" >>isorun.ini
}
manifest 'tokens = gpu=1' 'tokens = gpu=2'
refuses "test 'b': token 'gpu=2': there is only 1" suite
manifest '' 'tokens = licence'
refuses "test 'b': token 'licence': nobody said" suite
refuses "test 'b': token 'licence': nobody said" plan
manifest '' 'tokens = licence=x'
refuses "isorun\.ini:8: 'licence=x': expected NAME or NAME=N" suite
manifest 'tokens = licence' ''
refuses "isorun\.ini:3: 'licence': expected NAME=N" suite
manifest '' 'locks = a:b'
refuses "isorun\.ini:8: 'a:b': expected NAME or NAME:shared" suite
manifest '' 'locks = a-lock-whose-name-is-longer-than-31-bytes'
refuses 'isorun\.ini:8: .*: a name has 31 bytes at most' suite
[ ! -e ran ] || fail "a test was run"
