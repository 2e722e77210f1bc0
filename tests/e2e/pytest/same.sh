# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Whatever a test of pytest can be and do, it comes out under --isorun as it does without.
. "$E2E/lib.sh"
. "$E2E/pytest/plugin"

cat >conftest.py <<'END'
import pytest

@pytest.fixture(scope="session")
def wide(): return {"made": 1}
@pytest.fixture
def breaks(): raise RuntimeError("in its setup")
@pytest.fixture
def breaks_late():
    yield
    raise RuntimeError("in its teardown")
END
cat >test_kinds.py <<'END'
import os, subprocess, sys, unittest, warnings
import pytest

def test_passes(): pass
def test_fails(): assert {"a": 1} == {"a": 2}
def test_breaks(breaks): pass
def test_breaks_late(breaks_late): pass
def test_fails_and_breaks_late(breaks_late): assert 0
@pytest.mark.skip(reason="no need")
def test_skipped(): pass
def test_skips_itself(): pytest.skip("not now")
@pytest.mark.xfail(reason="known")
def test_xfails(): assert 0
@pytest.mark.xfail
def test_xpasses(): pass
@pytest.mark.xfail(strict=True)
def test_xpasses_strictly(): pass
@pytest.mark.parametrize("n", [1, 2, "a b", "é/\n"])
def test_each(n): assert n != 2
def test_tmp_path(tmp_path): (tmp_path / "f").write_text("x")
def test_monkeypatch(monkeypatch): monkeypatch.setenv("A", "1"); assert os.environ["A"] == "1"
def test_capsys(capsys): print("y"); assert capsys.readouterr().out == "y\n"
def test_capfd(capfd): subprocess.run(["echo", "z"]); assert capfd.readouterr().out == "z\n"
def test_caplog(caplog):
    import logging
    logging.getLogger().warning("logged")
    assert "logged" in caplog.text
def test_recwarn(recwarn): warnings.warn("w"); assert len(recwarn) == 1
def test_warns_of_it(): warnings.warn(UserWarning("a warning of a test"))
def test_property(record_property, wide): record_property("key", "value"); assert wide["made"] == 1
def test_says(): print("to out"); print("to err", file=sys.stderr); os.write(1, b"raw\n"); assert 0
class TestOf:
    @classmethod
    def setup_class(cls): cls.at = 1
    def test_in_class(self): assert self.at == 1
class TestUnit(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.at = 2
    def test_unit(self): self.assertEqual(self.at, 2)
    def test_unit_fails(self): self.assertEqual(self.at, 3)
    @unittest.skip("of unittest")
    def test_unit_skipped(self): pass
def function():
    """
    >>> 1 + 1
    2
    >>> 1 + 2
    4
    """
END
printf 'import pytest\npytest.skip("all of it", allow_module_level=True)\n' >test_module.py

plain -q -rA --doctest-modules --junitxml plain.xml >plain.txt 2>&1
boxed -q -rA --doctest-modules --junitxml boxed.xml >boxed.txt 2>&1
outcomes plain.txt >plain.out
outcomes boxed.txt >boxed.out
[ "$(wc -l <plain.out)" -gt 25 ] || fail "$(cat plain.txt)"
diff plain.out boxed.out || fail "$(cat boxed.txt)"
cases plain.xml | sort >plain.cases
cases boxed.xml | sort >boxed.cases
diff plain.cases boxed.cases || fail "JUnit differs"
tail -n 1 plain.txt | sed 's/ in .*//' >plain.sum
tail -n 1 boxed.txt | sed 's/ in .*//' >boxed.sum
diff plain.sum boxed.sum || fail "$(cat boxed.txt)"
for text in 'Captured stdout call' '^raw$' '^to out$' '^to err$' 'a warning of a test' \
	"assert \{'a': 1\} == \{'a': 2\}" 'in its teardown'; do
	has "$text" plain.txt
	has "$text" boxed.txt
done
has 'name="key" value="value"' boxed.xml

# Verbose, with what is slow, and one file of several.
boxed -v --durations=2 test_kinds.py >verbose.txt 2>&1
has '^test_kinds.py::test_passes PASSED' verbose.txt
has '^test_kinds.py::test_fails FAILED' verbose.txt
has 'slowest 2 durations' verbose.txt

# Chosen as ever, and what failed is known to the next run.
expect 0 boxed -q -k 'passes and not xpasses'
has '^1 passed, '
expect 1 python3 -m pytest -p pytest_isorun.plugin --isorun -q -k 'test_fails or test_passes'
expect 1 python3 -m pytest -p pytest_isorun.plugin --isorun -q --lf
has '^2 failed'
lacks 'passed'
expect 5 boxed -q -k no_such_test
# -s shows what tests write, at once and past all capturing.
expect 0 boxed -q -s -k test_property
expect 1 boxed -q -s -k test_says
has '^to out$'
has '^raw$'
# Collected only; what cannot be collected.
expect 0 boxed -q --collect-only -k test_passes
has '^test_kinds.py::test_passes$'
echo 'import no_such_module' >test_broken.py
expect 2 boxed -q
has 'No module named .no_such_module'
