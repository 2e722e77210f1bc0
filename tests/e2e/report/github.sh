# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# In a step of GitHub Actions failures are annotations, ten of a kind at most, and the job
# has a summary that never grows beyond what GitHub takes.
. "$E2E/report/mixed.inc"

export GITHUB_WORKSPACE="$PWD" GITHUB_STEP_SUMMARY="$PWD/summary.md"
echo 'of another' >summary.md
mixed --github
grep -a '^ *::' "$out" >annotations
[ "$(grep -c '^::error ' annotations)" = 5 ] || fail "$(cat annotations)"
[ "$(grep -c '^::warning ' annotations)" = 1 ] || fail "$(cat annotations)"
[ "$(wc -l <annotations)" = 6 ] || fail "$(cat annotations)"
has '^::error file=isorun.ini,line=9,title=crashes::killed by SIGSEGV%0A%0Aabout to crash$' annotations
has '^::error file=odd.txt,line=1,title=sh -c "exit 4".* # %25 %3A%3A %2C .*::exit status 4$' annotations
has '^::error .*title=says odd things::exit status 1%0A.*%0A::error::not mine%0A.*%0Alast$' annotations
has '^::warning .*title=dir/a.py%3A%3ACase%3A%3Aflaky::flaky: passed at attempt 2, after exit status 3%0A%0Aflaked$' annotations
has '^of another$' summary.md
has '^### .*: 5 of 8 tests failed$' summary.md
has '^````$' summary.md
has '^about to crash$' summary.md
cp summary.md first.md
expect 0 isorun report --github
grep -a '^ *::' "$out" | cmp - annotations || fail "a stored run is annotated otherwise"
(cat first.md && tail -n +2 first.md) | cmp - summary.md || fail "its summary is another"

# By itself where the variable says so, but not in a test, nor against the option.
echo false >tests
export GITHUB_ACTIONS=true
expect 1 isorun suite lines:tests
has '^::error file=tests,line=1,title=false::exit status 1$'
expect 1 isorun suite --no-github lines:tests
lacks '^::'
(ISORUN_PROGRAM=$ISORUN ISORUN=1 && export ISORUN && "$ISORUN_PROGRAM" suite lines:tests) >"$out" 2>"$err"
lacks '^::'
expect 0 isorun report
lacks '^::'

# A report on standard output stays whole.
expect 1 isorun suite --ctrf - lines:tests
lacks '^::'
says '^::error file=tests,line=1'
python3 -m json.tool "$out" >/dev/null || fail "no JSON"

# Ten are all that GitHub shows.
i=0
while [ $i -lt 12 ]; do
	echo "false $i"
	i=$((i + 1))
done >tests
expect 1 isorun suite lines:tests
[ "$(grep -c '^::error ' "$out")" = 10 ] || fail "not ten"
has '^::error title=isorun::and 3 more tests failed$'

# A file elsewhere is not named, since GitHub could not find it.
GITHUB_WORKSPACE=/elsewhere
expect 1 isorun suite lines:tests
has '^::error title=false 0::exit status 1$'

# Nothing is added to a summary that is full; without one annotations are all.
head -c $(((1 << 20) - 1000)) /dev/zero >summary.md
expect 1 isorun suite lines:tests
[ "$(wc -c <summary.md)" = $(((1 << 20) - 1000)) ] || fail "the summary has grown"
rm summary.md
GITHUB_STEP_SUMMARY=/dev/full
expect 125 isorun suite lines:tests
says "^isorun: job summary '/dev/full': No space left on device$"
GITHUB_STEP_SUMMARY=$PWD/no/where
expect 1 isorun suite lines:tests
says "^isorun: warning: without a job summary: job summary '.*/no/where': No such file"
has '^::error '
expect 125 isorun suite --github lines:tests
says "^isorun: job summary '.*/no/where': No such file"
unset GITHUB_STEP_SUMMARY
expect 1 isorun suite --github lines:tests
says '^isorun: warning: --github: GITHUB_STEP_SUMMARY is not set'
