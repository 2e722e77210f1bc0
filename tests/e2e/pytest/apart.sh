# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Tests that start servers on one port, write one file in /tmp and in the tree, and say which
# slot they have, run at once; suites that were written for xdist find what they know.
. "$E2E/lib.sh"
. "$E2E/pytest/plugin"

cat >test_apart.py <<'END'
import os, socket, time
import pytest

@pytest.mark.parametrize("n", range(12))
def test_server(n):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 8080))
        s.listen()
        for name in ("/tmp/isorun-pytest-apart", "in-the-tree"):
            with open(name, "x") as f:
                f.write(str(n))
        time.sleep(0.05)
        with open("/tmp/isorun-pytest-apart") as f:
            assert f.read() == str(n)

@pytest.mark.parametrize("n", range(4))
def test_worker(n, worker_id, testrun_uid):
    assert worker_id == "gw" + os.environ["ISORUN_SLOT"] == os.environ["PYTEST_XDIST_WORKER"]
    assert testrun_uid == os.environ["ISORUN_RUN"] == os.environ["PYTEST_XDIST_TESTRUNUID"]
    assert os.environ["ISORUN_TEST"].endswith(f"test_worker[{n}]")
    assert os.getcwd() == os.environ["PWD"]
END
expect 0 boxed -q --isorun-args='-j 8'
has '^16 passed'
[ ! -e in-the-tree ] || fail "the tree was written to"
[ ! -e /tmp/isorun-pytest-apart ] || fail "/tmp was written to"
expect 0 boxed -q --isorun-args='-j 8' -p no:xdist
has '^16 passed'

# Locks keep apart what a sandbox cannot: the marker of xdist, serial, and our own.
cat >test_locks.py <<'END'
import os, time
import pytest
def alone(name):
    path = os.environ["SHARED_DIR"] + "/" + name
    os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    time.sleep(0.05)
    os.unlink(path)
@pytest.mark.parametrize("n", range(4))
@pytest.mark.xdist_group("db one")
def test_group(n): alone("group")
@pytest.mark.parametrize("n", range(4))
@pytest.mark.serial
def test_serial(n): alone("serial")
@pytest.mark.parametrize("n", range(4))
@pytest.mark.isorun(locks="mine", memory="64M", cpus=0.5)
def test_lock(n): alone("lock")
END
mkdir shared
expect 0 env SHARED_DIR="$PWD/shared" python3 -m pytest -p no:cacheprovider -p pytest_isorun.plugin \
	--isorun -q --isorun-args="-j 8 --bind $PWD/shared --json events" test_locks.py
has '^12 passed'
has '"mem_origin":"declared"' events

# With xdist's -n one of the two runs the tests, and says which.
if python3 -c 'import xdist' 2>/dev/null; then
	expect 0 boxed -n 4 -k test_server
	has '^isorun: -n 4 is how many tests run at once: isorun runs them, without workers$'
	has '^=+ 12 passed, '
fi
