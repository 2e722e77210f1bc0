# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# isorun suite pytest:DIR forks its tests from one pytest; when that cannot be, or it dies, each
# runs by a pytest of its own, and none is lost.
. "$E2E/lib.sh"
. "$E2E/pytest/plugin"
unset PYTHONPATH ISORUN_PROGRAM

mkdir -p tests/deep
cat >tests/test_a.py <<'END'
import os, sys
import pytest

@pytest.mark.parametrize("n", range(6))
def test_forked(n):
    print("forked from", "isorun" in sys.argv[0] or "pytest_isorun.suite" in sys.modules)
    assert os.getppid() == 1
def test_fails(): print("said"); assert [1] == [2]
def test_skipped(): pytest.skip("not here")
@pytest.mark.isorun(memory="64M", locks="one")
@pytest.mark.slow
def test_marked(): pass
END
printf 'import os\ndef test_leaves_early(): os._exit(0)\n' >tests/test_c.py
printf 'import pytest\npytest.skip("no module", allow_module_level=True)\n' >tests/deep/test_b.py

expect 1 isorun suite --json events --junit junit.xml pytest:tests
has '^7 passed, 2 failed, 2 skipped$'
has 'tests/test_a.py::test_fails: exit status 1$'
has '^  \| said$'
has "^  \| E +assert \[1\] == \[2\]"
has 'test_skipped: .*not here'
has 'no module' junit.xml
has 'test_leaves_early: it ended in its middle, with exit status 0$'
lacks '"event":"test-planned".*test_marked.*"mem_origin":"default"' events
has '"tags":\["isorun","slow"\]' events
cases junit.xml >ended
[ "$(grep -c ^passed ended)" = 7 ] || fail "$(cat ended)"
expect 0 isorun suite -m slow pytest:tests
has '^1 passed'
expect 0 isorun list pytest:tests
has 'tests/test_a.py::test_forked\[3\]$'
# By files each is a process, as before.
printf '[source]\nfrom = pytest:tests/test_a.py\ngranularity = program\n' >isorun.ini
expect 1 isorun suite
has '^0 passed, 1 failed, 0 skipped$'
rm isorun.ini

# What it cannot collect is told as it always was.
echo 'import no_such_module' >tests/test_broken.py
expect 2 isorun suite pytest:tests
says "pytest:tests: cannot collect.*No module named 'no_such_module'"
rm tests/test_broken.py
printf 'import pytest\n@pytest.mark.isorun(memroy="1G")\ndef test_m(): pass\n' >tests/test_m.py
expect 2 isorun suite pytest:tests
says 'test_m: marker isorun\(memroy=...\)'
rm tests/test_m.py

# The server is killed while two run: they end as they are, and the rest does without it.
mkdir shared
cat >tests/test_kill.py <<END
import os, signal, time
import pytest
SHARED = "$PWD/shared/"
@pytest.mark.parametrize("n", range(6))
def test_each(n):
    open(SHARED + str(n), "w").close()
    while not os.path.exists(SHARED + "go"):
        time.sleep(0.02)
END
isorun suite -j 2 --order listed --bind "$PWD/shared" pytest:tests/test_kill.py >"$out" 2>"$err" &
isorun=$!
own $isorun
within 20 test -e shared/1
server=$(below $isorun | while read -r pid; do
	grep -lsaq 'pytest_isorun' "/proc/$pid/cmdline" && echo "$pid" && break
done)
[ "$server" ] || fail "no server below isorun: $(below $isorun)"
kill -9 "$server"
touch shared/go
wait $isorun || fail "status $?"
has '^6 passed'
has 'the fork server was killed by SIGKILL: the tests that are left run in processes of their own'
