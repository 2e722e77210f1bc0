# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test that failed with tokens and locks can be run alone with the same.
. "$E2E/lib.sh"

unset CUDA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES
cat >isorun.ini <<-'END'
	[suite]
	workspace = shared
	tokens = gpu=2, licence=3
	[test fails]
	command = echo "gpu $CUDA_VISIBLE_DEVICES licence $ISORUN_TOKEN_LICENCE"; false
	tokens = gpu=1
	locks = schema, data:shared
END
expect 1 isorun suite --token licence=2 --lock schema
has 'isorun .*--have gpu=2 --token gpu=1 --have licence=3 --token licence=2 --lock schema --lock data:shared'
lacks -- '--lock schema .*--lock schema'
sed -n 's/^  run it alone: //; t on; d; :on; N; p' "$out" | sed "s|isorun |$ISORUN |" >again
expect 1 sh again
prints "gpu 0 licence 0,1"
expect 0 isorun plan --have gpu=9
has "time x tokens over those of '(gpu|licence)'"
expect 0 isorun list --json
has '"gpu=1"'
