# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Those that share a lock overlap, and nobody is beside the one that has it alone.
. "$E2E/lib.sh"

mkdir readers
cat >reads <<-'END'
	#!/bin/sh
	[ ! -d writer ] && mkdir "readers/$1" || exit 2
	echo >>seen
	# Until it has met another one: they do overlap.
	until [ "$(wc -l <seen)" -ge 2 ]; do sleep 0.02; done
	[ ! -d writer ] || exit 3
	rmdir "readers/$1"
END
cat >writes <<-'END'
	#!/bin/sh
	mkdir writer || exit 2
	[ -z "$(ls readers)" ] || exit 3
	sleep 0.05
	[ -z "$(ls readers)" ] || exit 4
	rmdir writer
END
chmod +x reads writes
{
	printf '[suite]\nworkspace = shared\nbudget = 800M\njobs = 8\n[match *]\nmemory = 50M\n'
	printf 'timeout = 20s\n[match r*]\nlocks = schema:shared\n[match w*]\nlocks = schema\n'
	for i in 1 2 3; do
		printf '[test r%s]\ncommand = ./reads %s\n' $i $i
	done
	for i in 1 2 3; do
		printf '[test w%s]\ncommand = ./writes\n' $i
	done
} >isorun.ini
# A writer would have those that share wait behind it: first those alone.
expect 0 isorun suite --order listed
expect 0 isorun suite --order random:7
expect 0 isorun suite --order random:8
