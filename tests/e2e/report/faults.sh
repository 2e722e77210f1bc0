# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A report that cannot be written is told of once, by its name; a path that cannot be opened
# before the first test; two on standard output are refused.
. "$E2E/lib.sh"

echo 'touch ran' >tests
formats=$(isorun --dump-options | sed -n 's/^report --//p' | grep -vx -e help -e verbose -e github)
[ "$(echo "$formats" | wc -l)" -ge 6 ] || fail "$formats"
for format in $formats; do
	expect 125 isorun suite --workspace shared "--$format" /dev/full lines:tests
	[ "$(grep -c "^isorun: .*'/dev/full': No space left on device$" "$err")" = 1 ] || fail "$format"
	has '^1 passed, 0 failed'
	[ -e ran ] || fail "the test did not run"
	rm ran
	expect 125 isorun report "--$format" /dev/full
	[ "$(grep -c "^isorun: .*'/dev/full': No space left on device$" "$err")" = 1 ] || fail "$format"
	expect 125 isorun suite --workspace shared "--$format" no/where lines:tests
	says "^isorun: .*'no/where': No such file or directory$"
	[ ! -e ran ] || fail "$format: the test ran"
done
for command in suite report; do
	expect 2 isorun $command --tap - --junit -
	says "^isorun: options '--junit' and '--tap': both to standard output$"
done
[ ! -e ran ] || fail "a test ran"

# One file for two reports would lose the first.
expect 2 isorun suite --junit both --tap both lines:tests
says "options '--junit' and '--tap': both to both"
expect 2 isorun suite --junit - --tap - lines:tests
says "both to standard output"
expect 2 isorun suite --junit one --junit two lines:tests
says "option '--junit' is given twice: for 'one' and 'two'"
