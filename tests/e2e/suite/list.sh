# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# isorun list shows the tests with their demands, as JSON too.
. "$E2E/lib.sh"

printf 'true one\ntrue two\n' >tests
expect 0 isorun list lines:tests
has 'true one'
expect 0 isorun list --json lines:tests
python3 -m json.tool "$out" >/dev/null || fail "no JSON"

cat >isorun.ini <<-'END'
	[test tagged]
	command = true
	tags = net, slow

	[test plain]
	command = true
END
expect 0 isorun list
has '^ +tags net, slow$'
[ "$(grep -c tags "$out")" = 1 ] || fail 'tags of a test that has none'
