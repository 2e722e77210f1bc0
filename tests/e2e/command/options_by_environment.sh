# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# ISORUN_OPTIONS holds options of a wrapped command: the command line's win, lists grow,
# and what the command starts has them not.
. "$E2E/lib.sh"

# shellcheck disable=SC2016 # expanded by the inner shell
show='echo "$A $B $ISORUN_MEMORY ${ISORUN_OPTIONS-none}"'
export ISORUN_OPTIONS="--env A=1 --env 'B=two words' --memory 96M"
expect 0 isorun --status s.json sh -c "$show"
prints '1 two words 100663296 none'
expect 0 isorun --memory 80M --env A=3 -- sh -c "$show"
prints '3 two words 83886080 none'
ISORUN_OPTIONS='' expect 0 isorun sh -c 'echo ok'
prints ok

printf 'true\n' >tests
expect 0 isorun suite lines:tests # not of a suite
refuses() # refuses TEXT REGEX
{
	ISORUN_OPTIONS=$1
	expect 2 isorun touch "$PWD/ran"
	says "ISORUN_OPTIONS: $2"
	[ ! -e ran ] || fail "it ran"
}
refuses --memroy "unknown option '--memroy'"
refuses --memory "option .--memory. needs an argument"
refuses '--memory 80M true' "'true' is no option"
refuses "--env 'A=1" 'a quote is open'
# Nor what would have a runner take for passed what never ran.
for option in --help --version --explain; do
	refuses "$option" '--help, --version and --explain run nothing'
done
