# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Tests that do not fit together run one after the other, whatever -j says.
. "$E2E/lib.sh"

for i in 1 2 3 4; do
	echo "sh -c 'mkdir lock || exit 1; sleep 0.05; rmdir lock' test $i"
done >tests
expect 0 isorun suite -j4 --budget 300M --memory 200M --workspace shared lines:tests

# Which bound is in force is told by the name the user knows it by.
printf '[suite]\nbudget = 300M\n[test one]\ncommand = true\n' >isorun.ini
expect 0 isorun suite --json events
has '"budget_from":"isorun.ini"' events
expect 0 isorun suite --budget 200M --json events
has '"budget_from":"--budget"' events

# What no budget can be is refused before anything runs; what is only too much is told.
expect 2 isorun suite --budget 700
says "--budget.*700"
printf '[suite]\nbudget = 1M\n[test one]\ncommand = touch "%s/ran"\n' "$PWD" >isorun.ini
expect 2 isorun suite --workspace shared
says 'isorun.ini:2: .*1M.* 16M or more'
[ ! -e ran ] || fail "a test has run"
printf '[suite]\nbudget = 300M\n[test one]\ncommand = true\nmemory = 400M\n' >isorun.ini
expect 0 isorun suite
says 'memory.*400M.*budget.*300M'
