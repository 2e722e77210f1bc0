# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --last-failed runs what failed when it was last run, whichever run that was; where
# nothing did, all run, and that is said.
. "$E2E/lib.sh"

# planned: what the run of events.json was to run.
planned() { events events.json test-planned | sed 's/.*"test": *"\([^"]*\)".*/\1/' | tr '\n' ' '; }
ran() { [ "$(planned)" = "$1 " ] || fail "planned $(planned)instead of $1"; }

cat >isorun.ini <<'END'
[suite]
workspace = shared

[test a]
command = test -e mended-a

[test b]
command = true

[test c]
command = test -e mended-c
END
expect 1 isorun suite --json events.json --last-failed
says '^isorun: --last-failed: none of 3 tests is known to have run: all run$'
ran 'a b c'

expect 1 isorun suite --json events.json --last-failed
says '^isorun: --last-failed: 2 of 3 tests failed when they were last run$'
ran 'a c'
expect 0 isorun list --last-failed
lacks ' b$'
has ' a$'

# A run of some of them does not forget the others.
touch mended-a
expect 0 isorun suite -k a
expect 1 isorun suite --json events.json --last-failed
ran c

expect 1 isorun suite --json events.json --failed-first --serial
ran 'c a b'
expect 0 isorun list --failed-first
sed -n 2p "$out" | grep -q ' c$' || fail "it is not the first of the list"

touch mended-c
expect 0 isorun suite
expect 0 isorun suite --json events.json --last-failed
says 'none of 3 tests failed when it was last run: all run'
ran 'a b c'

# Who depends on a failure was not run for it, and comes with it; what was only not reached
# stays what it was.
mkdir deps
cd deps || exit
cat >isorun.ini <<'END'
[suite]
workspace = shared

[test fails]
command = test -e ../mended-dep

[test waits]
command = true
depends = fails

[test waits longer]
command = true
depends = waits

[test later]
command = true
END
expect 1 isorun suite --serial -x
has ', 3 not run'
expect 1 isorun suite --json events.json --last-failed
says '3 of 4 tests failed when they were last run, or waited for one that did$'
ran 'fails waits waits longer'
touch ../mended-dep
expect 0 isorun suite --last-failed
has '^3 passed'
cd ..

# A program that does not exist is a failure, too.
printf '/no/such/program\ntrue\n' >tests
expect 1 isorun suite lines:tests
expect 0 isorun list --last-failed lines:tests
lacks ' true$'
