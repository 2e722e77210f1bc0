# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test that crashes, is killed, hangs, ends the process, or wants too much memory is that one
# test's failure, with its cause, and nobody else's.
. "$E2E/lib.sh"
. "$E2E/pytest/plugin"

cat >test_ends.py <<'END'
import os, signal, time
import pytest

def test_before(): pass
def test_crashes(): print("was here"); os.abort()
def test_is_killed(): os.kill(os.getpid(), signal.SIGKILL)
def test_exits(): os._exit(0)
def test_exits_badly(): os._exit(9)
@pytest.mark.isorun(timeout="1s")
def test_hangs(): time.sleep(1000)
def test_leaves():
    if os.fork() == 0:
        time.sleep(1000)
@pytest.fixture
def late():
    yield
    os.kill(os.getpid(), signal.SIGSEGV)
def test_crashes_late(late): pass
def test_after(): pass
END
expect 1 boxed -rA test_ends.py
for test in test_before test_leaves test_after; do
	has "^PASSED test_ends.py::$test"
done
has 'test_crashes _+$'
has '^isorun: crashed: killed by SIGABRT$'
has 'Fatal Python error: Aborted'
has '^isorun: crashed: killed by SIGKILL'
has '^isorun: timed-out: '
has '^isorun: failed: exit status 9$'
has '^isorun: failed: it ended in its middle, with exit status 0$'
has 'ERROR at teardown of test_crashes_late'
has '^isorun: crashed: killed by SIGSEGV$'
has ' 5 failed, 4 passed, 1 error'
has "^isorun: left running by test_ends.py::test_leaves: "

# -x and --maxfail end the run; pytest.exit does, too.
cat >test_many.py <<'END'
import pytest
@pytest.mark.parametrize("n", range(60))
def test_each(n): assert 0
END
expect 1 boxed -q -x --isorun-args='-j 2' test_many.py
has '^1 failed'
expect 1 boxed -q --maxfail=3 --isorun-args='-j 2' test_many.py
has '^3 failed'
printf 'import pytest\ndef test_exit(): pytest.exit("enough", 7)\n' >test_exit.py
expect 7 boxed -q test_exit.py
has 'enough'

# What isorun says of its options is said, and nothing is lost.
expect 4 boxed -q --isorun-args='--no-such' test_many.py
says "no-such"
expect 4 env ISORUN_PROGRAM=/no/isorun python3 -m pytest -p pytest_isorun.plugin --isorun -q
says "no program '/no/isorun'"
printf 'import pytest\n@pytest.mark.isorun(memroy="1G")\ndef test_t(): pass\n' >test_marker.py
expect 4 boxed -q test_marker.py
says "marker isorun\(memroy=...\)"

# SIGKILL to pytest, and to isorun, leaves nothing of either.
cat >test_long.py <<END
import subprocess
def test_long(): subprocess.run(["sleep", "71.$$"])
END
python3 -m pytest -p no:cacheprovider -p pytest_isorun.plugin --isorun -q test_long.py >"$out" \
	2>"$err" &
pid=$!
own "$pid"
within 20 alive "sleep" "71.$$"
kill -9 "$pid"
within 20 dead "sleep" "71.$$"
python3 -m pytest -p no:cacheprovider -p pytest_isorun.plugin --isorun -q test_long.py \
	>killed.txt 2>&1 &
pid=$!
own "$pid"
within 20 alive "sleep" "71.$$"
for child in $(cat "/proc/$pid/task/$pid/children"); do
	kill -9 "$child"
done
wait "$pid"
[ $? -gt 1 ] || fail "isorun was killed, and pytest is content: $(cat killed.txt)"
within 20 dead "sleep" "71.$$"
has 'isorun ended with killed by signal 9, and 1 tests were not run' killed.txt
