# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# pytest itself says which tests there are, and runs them: a file, a class or a test each,
# with its markers as tags.
. "$E2E/lib.sh"

PATH=/usr/bin:$PATH
python3 -c 'import pytest' 2>/dev/null || skip "needs pytest"
mkdir -p tests/deep
cat >tests/test_a.py <<'END'
import pytest


class TestOf:
    def test_one(self):
        pass

    @pytest.mark.slow
    def test_two(self):
        assert False


@pytest.mark.skip(reason="no network")
def test_skipped():
    pass


@pytest.mark.parametrize("x", ["a::b", "c d"])
def test_each(x):
    pass
END
printf 'def test_x():\n    print("is told")\n' >tests/deep/test_b.py
: >tests/conftest.py
ids() { isorun list "$@" | sed -nE '1d; /^ {33}/d; s/^ *([^ ]+ +){3}//p'; }

[ "$(ids --granularity program pytest:tests | tr '\n' ' ')" = "tests/test_a.py tests/deep/test_b.py " ] ||
	fail "files: $(ids pytest:tests)"
ids --granularity case . >case
for id in 'test_a.py::TestOf::test_one' 'test_a.py::test_each\[a::b\]' 'test_a.py::test_each\[c d\]'; do
	has "^tests/$id\$" case
done
[ "$(wc -l <case)" = 6 ] || fail "$(wc -l <case) cases instead of 6"
printf '[source]\nfrom = pytest:tests\ngranularity = suite\n' >isorun.ini
ids >suite
has '^tests/test_a.py::TestOf$' suite
[ "$(wc -l <suite)" = 5 ] || fail "$(wc -l <suite) suites instead of 5"
rm isorun.ini

expect 1 isorun suite --granularity case --junit junit.xml pytest:tests
cases junit.xml >ended
has '^failure .*test_two$' ended
has '^skipped .*test_skipped$' ended
[ "$(grep -c '^passed' ended)" = 4 ] || fail "$(cat ended)"
has '^  \| .*assert False'
expect 1 isorun suite --granularity case -m slow pytest:tests
has '^0 passed, 1 failed'
# Chosen by what it is called or marked with, a case is chosen, not all of its file.
isorun list -m 'not slow' pytest:tests >"$out" 2>&1
lacks 'test_two'
has 'test_a.py::TestOf::test_one'
expect 0 isorun suite -k 'test_each or test_x' pytest:tests
has '^3 passed'
# From another directory of the project, too.
cd tests || exit
expect 0 isorun suite deep/.. -k test_each --granularity case
has '^2 passed'

echo 'import nothing_of_that_name' >deep/test_b.py
expect 2 isorun suite pytest:deep
says "pytest:deep: cannot collect .*deep/test_b.py: ModuleNotFoundError: No module named 'nothing_of_that_name'"
expect 2 isorun suite pytest:absent
says 'pytest:absent: cannot collect: file or directory not found'
expect 2 isorun list --granularity file .
says "'file' is not case, suite, program or auto"

# What a test prints makes no skip of a failure; a file that skips itself is told.
mkdir ../odd
cd ../odd || exit
printf '[tool.pytest.ini_options]\naddopts = "-q"\n' >pyproject.toml
printf 'def test_f():\n    print("1 skipped in 0.01s")\n    print("SKIPPED [1] x")\n    assert 0\n' >test_f.py
printf 'import pytest\npytest.importorskip("nothing_of_that_name")\n' >test_m.py
expect 1 isorun suite .
has '^0 passed, 1 failed, 1 skipped'
has '^skip .*test_m.py: .*nothing_of_that_name'
expect 1 isorun suite --granularity case .
has '^0 passed, 1 failed, 1 skipped'
expect 2 isorun suite test_f.py
says '^hint: pytest:test_f.py'
