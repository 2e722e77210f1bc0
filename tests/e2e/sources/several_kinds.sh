# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Of a directory with tests of several kinds those of the first are run, and a line names the
# others with the command that runs all.
. "$E2E/lib.sh"

mkdir -p bin 'my project/t' 'my project/tests'
cat >bin/ctest <<'END'
#!/bin/sh
echo '{"kind": "ctestInfo", "tests": [{"name": "of ctest", "command": ["/bin/true"]}]}'
END
chmod +x bin/ctest
PATH=$PWD/bin:$PATH

: >'my project/CTestTestfile.cmake'
expect 0 isorun list 'my project'
[ ! -s "$err" ] || fail 'a note where there is one kind'
: >'my project/tests/conftest.py'
printf '#!/bin/sh\necho 1..1\necho ok 1\n' >'my project/t/a.t'
chmod +x 'my project/t/a.t'
expect 0 isorun list 'my project'
has ' of ctest$'
says "^isorun: note: only the tests of ctest are taken; with those of pytest, tap: isorun suite 'ctest:my project' 'pytest:my project' 'tap:my project/t/\*\.t'\$"
[ "$(wc -l <"$err")" = 1 ] || fail 'more than one line'

# The command is as good as its word, but for pytest, which may not be here.
expect 0 isorun suite 'ctest:my project' 'tap:my project/t/*.t'
has '^2 passed'
quiet
cd 'my project' || exit
expect 0 isorun suite
says "isorun suite ctest:. pytest:. 'tap:t/\*\.t'\$"
printf '[test of me]\ncommand = true\n' >isorun.ini
expect 0 isorun suite
quiet
