# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# -v shows below each test what it wrote, off a terminal, too, and of failures all lines.
. "$E2E/lib.sh"

cat >tests <<-'END'
	echo said by one that passes
	sh -c 'seq 1 40; exit 3'
	sh -c 'echo to standard error >&2'
END
expect 1 isorun suite --serial lines:tests
lacks '\| said by one that passes'
lacks '\| 20$'
expect 1 isorun suite --serial -v lines:tests
has '^  \| said by one that passes$'
has '^  \| to standard error$'
[ "$(grep -c '^  | [0-9]*$' "$out")" = 40 ] || fail 'not all lines of a failure'
grep -A1 '^ok .*said by one' "$out" | grep -q '^  |' || fail 'not below its line'
expect 0 isorun report -v
has '^  \| said by one that passes$'
expect 1 isorun suite -qv lines:tests
lacks '\| said by one that passes'
