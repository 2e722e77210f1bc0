# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Tests whose memory together is beyond the budget all pass, one that is too big is blamed alone,
# and what was loaded before the forks is not counted as theirs.
. "$E2E/lib.sh"
. "$E2E/pytest/plugin"
need_cgroup

cat >conftest.py <<'END'
import pytest
import pytest_isorun as isorun

@isorun.preload
@pytest.fixture(scope="session")
def model():
    with open("loads", "a") as f:
        f.write("load\n")
    yield bytearray(b"x") * (100 << 20)
    with open("loads", "a") as f:
        f.write("unload\n")
END
cat >test_memory.py <<'END'
import pytest
@pytest.mark.parametrize("n", range(8))
def test_uses(model, n):
    assert model[n << 20] == ord("x")
@pytest.mark.memory_intensive
@pytest.mark.parametrize("n", range(4))
def test_takes(n):
    assert len(b"y" * (60 << 20)) == 60 << 20
def test_takes_too_much():
    assert len(b"y" * (400 << 20))
END
expect 1 boxed -q -rA --isorun-args='--budget 200M --json events' test_memory.py
[ "$(grep -c '^PASSED' "$out")" = 12 ] || fail "$(grep -c '^PASSED' "$out") passed instead of 12"
has '^FAILED test_memory.py::test_takes_too_much'
has '^isorun: out-of-memory: '
has '^isorun: set up once: model$'
[ "$(tr '\n' ' ' <loads)" = "load unload " ] || fail "loaded: $(cat loads)"
python3 - <<'END' || fail "peaks count what was loaded before"
import json
peaks = {}
for line in open("events"):
    e = json.loads(line)
    if e["event"] == "attempt-finished" and e["result"]["outcome"] == "passed":
        peaks[e["test"]] = e["result"]["mem_peak_bytes"] >> 20
print(peaks)
assert all(v < 40 for k, v in peaks.items() if "test_uses" in k)
assert all(v >= 60 for k, v in peaks.items() if "test_takes" in k)
END
