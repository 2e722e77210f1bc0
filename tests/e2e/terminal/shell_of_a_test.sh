# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# isorun shell TEST: the test's place, environment, limits and workspace, and its
# command.
. "$E2E/lib.sh"

need_namespaces

mkdir tests sub
printf '#!/bin/sh\necho "in $PWD as $ISORUN_TEST with $COLOUR"; echo new >written\n' >tests/one
cp tests/one tests/two
chmod +x tests/*
cat >isorun.ini <<-'END'
	[suite]
	memory = 50M
	[source]
	from = exec:tests/*
	[test odd one]
	command = printf '%s;' "$0" 'a  b' && test "$PWD" = "$OLDPWD/sub"
	cwd = sub
	env = COLOUR=blue
END
export SHELL=/bin/sh PS1=
in_shell() { "$ISORUN" shell "$@" >"$out" 2>"$err"; }

echo 'sh -c "$ISORUN_COMMAND"; ls -1; echo $ISORUN_MEMORY $ISORUN_RUN; exit 4' | in_shell tests/one
[ $? = 4 ] || fail "not the shell's status"
has "in $PWD as tests/one with $"
has '^52428800 shell$'
has '^written'
says "sandbox of test 'tests/one'; what is written below '$PWD' is lost"
says 'to run the test: sh -c "\$ISORUN_COMMAND"'
[ ! -e written ] || fail "the tree was written to"

echo 'echo "$COLOUR $PWD"; OLDPWD=${PWD%/sub}; export OLDPWD; sh -c "$ISORUN_COMMAND"' |
	in_shell 'odd one' || fail "gave $?"
has "blue $PWD/sub"
has '/bin/sh;a  b;'

# Sources before the test, as isorun suite takes them; options last.
echo 'echo $ISORUN_TEST; echo here >written' | in_shell --workspace shared 'exec:tests/t*' tests/two
has '^tests/two'
says 'stays'
[ -e written ] || fail "a shared tree was not written to"

expect 2 isorun shell tests/tow
says "no test is called 'tests/tow'"
says "did you mean 'tests/two'"
expect 2 isorun shell wo
says "did you mean 'tests/two'"
expect 2 isorun shell 'exec:tests/*'
says "SOURCEs stand before the TEST"
expect 127 env SHELL=/lacking "$ISORUN" shell tests/one
says "'/lacking': not found"
expect 127 isorun shel
says "did you mean 'isorun shell'"
expect 0 isorun shell --explain tests/one
has 'open a terminal'
lacks 'ISORUN' "$err"
