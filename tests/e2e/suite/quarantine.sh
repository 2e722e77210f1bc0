# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Who is quarantined runs, is reported so and fails no run, until the day is over.
. "$E2E/lib.sh"

cat >isorun.ini <<'END'
[suite]
quarantine = known.txt

[test net/flaps]
command = echo it flapped; exit 3

[test net/steady]
command = true

[test other]
command = test ! -e broken
END
cat >known.txt <<'END'
# until      tests
2199-12-31   net/*   # resolver, issue 12
END
expect 0 isorun suite --json events.json --junit report.xml --tap report.tap \
	--fail-fast -j1
has '^quar .*net/flaps: exit status 3; quarantined until 2199-12-31: resolver, issue 12$'
has '^quarantined, and failed$'
has '^2 passed, 0 failed, 0 skipped, 1 quarantined$'
[ "$(cases report.xml)" = 'passed net/steady
passed other
skipped net/flaps' ] || fail "the report has $(cases report.xml)"
has 'it flapped' report.xml
has '^not ok 1 - net/flaps # TODO exit status 3; quarantined until 2199' report.tap
events events.json test-finished | grep -q '"quarantined"' || fail "not in the event log"
[ "$(events events.json attempt-finished | grep -c '"failed"')" = 1 ] || fail "no failed attempt"
expect 0 isorun history net/flaps
has ' failed$'
expect 0 isorun suite --last-failed
says 'none of 3 tests failed when it was last run'
expect 0 isorun list --json
cp "$out" list.json
[ "$(json list.json tests.0.quarantine)" = 'until 2199-12-31: resolver, issue 12' ] || fail "not listed"

# Others fail as ever.
touch broken
expect 1 isorun suite
has '^1 passed, 1 failed, 0 skipped, 1 quarantined$'
rm broken

# Over, and of nothing.
printf '2001-01-01 net/flaps\n2199-12-31 no/such*\n' >over.txt
expect 1 isorun suite --quarantine over.txt -k flaps
has "^warning: over.txt:1: 'net/flaps' has expired, on 2001-01-01: what it holds counts again$"
has "^warning: over.txt:2: 'no/such\*' matches no test$"
has '^0 passed, 1 failed'
expect 0 isorun list
lacks warning

printf '\nsoon net/flaps\n' >bad.txt
expect 2 isorun suite --quarantine bad.txt
says '^isorun: bad.txt:2: it does not begin with a day such as 2026-12-31'
expect 2 isorun suite --quarantine missing.txt
says "quarantine 'missing.txt': No such file"
