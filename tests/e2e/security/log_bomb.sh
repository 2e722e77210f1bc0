# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test that prints without end fills no disk, and is no matter of its neighbours.
. "$E2E/lib.sh"

last=$ISORUN_STATE_DIR/runs/last
printf 'yes\nsh -c "echo well"\nsh -c "yes >&2"\n' >tests
for profile in default strict; do
	expect 1 isorun suite -p $profile -j3 -t 2s --output-limit 1M lines:tests
	has '^1 passed, 2 failed'
	for n in 1 3; do
		file=$last/out/000$n-1.txt
		[ "$(wc -c <"$file")" -le 1048576 ] || fail "$file has $(wc -c <"$file") bytes"
		[ "$(stat -c %b "$file")" -lt 4096 ] || fail "$file holds more than it should"
	done
done
