# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A file that a result cannot be written to is named before anything runs.
. "$E2E/lib.sh"

mkdir dir
for bad in /nosuch/file nosuch/file dir -; do
	expect 2 isorun --status $bad touch ran
	[ "$(wc -l <"$err")" = 1 ] || fail "more than one line"
	says "option '--status': '$bad'"
	[ ! -e ran ] || fail "it ran"
done
expect 3 isorun --status new.json sh -c 'exit 3'
[ -s new.json ] || fail "no record"
ln -s new.json link
expect 0 isorun --status link true
[ -L link ] && [ "$(json new.json exit_status)" = 0 ] || fail "not by the link"
echo true >tests
expect 2 isorun suite --json - --junit - lines:tests
says "'--json' and '--junit': both to standard output"
