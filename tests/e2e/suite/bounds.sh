# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The summary's lower bound knows what isorun plan knows: stated cpus, locks, tokens, chains.
. "$E2E/lib.sh"

binds() # binds PATTERN LINE...: what both say of four tests, each with these lines
{
	bound=$1
	shift
	for id in a b c d; do
		printf '[test %s]\ncommand = sleep 0.2\n' $id
		printf '%s\n' "$@"
	done >isorun.ini
	expect 0 isorun suite -j 8 --have gpu=1 --json events.json
	has "^wall .*; lower bound [0-9.]+s \\($bound binds: longest [0-9.]+s, .*$bound [0-9.]+s"
	expect 0 isorun report
	has "$bound binds"
	expect 0 isorun plan -j 8 --have gpu=1
	has "${bound#* }.*  <- binds\$"
}
binds 'lock db' 'locks = db'
binds 'token gpu' 'tokens = gpu=1'
binds cpu 'cpus = 4096'
# A lock that is shared holds nobody back.
printf '[test %s]\ncommand = sleep 0.2\nlocks = db:shared\n' a b c d >isorun.ini
expect 0 isorun suite -j 8
lacks 'lock db'
