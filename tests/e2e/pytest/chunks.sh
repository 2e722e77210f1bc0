# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --isorun-granularity=auto: short tests of a file share forks once they are known, and nothing
# that is told of them differs.
. "$E2E/lib.sh"
. "$E2E/pytest/plugin"

# Who does what is written in "only" does it.
cat >conftest.py <<'END'
import os, signal, subprocess
import pytest

def act(name):
    with open("only") as f:
        if f.read().strip() != name:
            return
    if name == "fails":
        print("said so")
        assert 0, "not so"
    elif name == "crashes":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif name == "quits":
        os._exit(0)
    elif name == "leaves":
        subprocess.Popen(["sleep", "100"], stdin=subprocess.DEVNULL)
    elif name == "exits":
        pytest.exit("enough", 7)
    elif name == "alone":
        assert "MET" not in os.environ

@pytest.fixture(scope="class")
def of_class(request): return request.cls.__name__
END
for m in one two; do
	rest=$([ $m = one ] && echo 88 || echo 94)
	{
		cat <<-'END'
			import os
			import pytest
			from conftest import act
			@pytest.fixture(scope="module", autouse=True)
			def of_module(): return []
			@pytest.mark.skip(reason="no need")
			def test_skipped(): pass
			@pytest.mark.xfail
			def test_xfails(): assert 0
			class TestA:
			    def test_class(self, of_class): assert of_class == "TestA"
			class TestB:
			    def test_class(self, of_class): assert of_class == "TestB"
			@pytest.mark.parametrize("n", [1, 2])
			def test_each(n, tmp_path): (tmp_path / "f").write_text("x"); os.environ["MET"] = "yes"
		END
		[ $m = one ] && for name in fails crashes quits leaves exits alone; do
			echo "def test_$name(): act('$name')"
		done
		i=0
		while [ $((i += 1)) -le "$rest" ]; do
			echo "def test_$i(): pass"
		done
	} >test_$m.py
done
n=200
echo none >only
log=$ISORUN_STATE_DIR/runs/last/events.jsonl
launches() { sed -n 's/.*"own_attempts":\([0-9]*\).*/\1/p' "$log"; }
few() { [ "$(launches)" -lt $((n / 2)) ] || fail "$(launches) forks for $n tests"; }
auto() # STATUS [OPTION...]
{
	want=$1
	shift
	expect "$want" boxed -q --isorun-granularity=auto --isorun-args='-j 2' --junitxml now.xml "$@"
	cases now.xml | sort >now
}

auto 0
has '^196 passed, 2 skipped, 2 xfailed'
[ "$(launches)" = $n ] || fail "$(launches) forks without a history"
cp now alone
auto 0
few
has '^196 passed, 2 skipped, 2 xfailed'
cmp now alone || fail "other outcomes than one by one: $(diff now alone)"
[ "$(grep -c '"event":"test-finished"' "$log")" = $n ] || fail "not each is told of"
grep -q '"outcome":"skipped".*"detail":"no need"' "$log" || fail "why they were skipped is lost"
# By pytest.ini, with fixtures that stand before the forks, and verbose.
printf '[pytest]\nisorun_granularity = auto\n' >pytest.ini
expect 0 boxed -v --isorun-preload=auto
few
has '^test_one.py::test_each\[1\] PASSED'
has '^test_two.py::test_skipped SKIPPED \(no need\)'
expect 0 boxed -q --isorun-granularity=case
[ "$(launches)" = $n ] || fail "$(launches) forks of cases"
rm pytest.ini

broken() { [ "$(grep -c '"detail":"[0-9]* tests in one launch: ' "$log")" -le "$1" ] || fail "$1 broken"; }
# What goes wrong is blamed on nobody else, and told as if it had run by itself.
only() # TEST WORDS
{
	echo "$1" >only
	auto 1
	broken 1
	has "$2"
	has "^1 failed, 195 passed, 2 skipped, 2 xfailed"
	grep -v '^passed\|^skipped' now >bad
	[ "$(cat bad)" = "failure test_one test_$1" ] || fail "to blame: $(cat bad)"
}
only fails '^E +AssertionError: not so$'
has '^said so$'
only crashes '^isorun: crashed: killed by SIGSEGV$'
only quits '^isorun: failed: it ended in its middle, with exit status 0$'
echo exits >only
auto 7
has 'enough'
# What was left running is laid to him who left it.
echo leaves >only
auto 0
broken 1
has '^isorun: left running by test_one.py::test_leaves: sleep'
[ "$(grep -c '^isorun: left running by' "$out")" = 1 ] || fail "more left it"
# Who fails in company alone passes.
echo alone >only
auto 0
broken 1
cmp now alone || fail "who fails in company did not pass"

# Under isorun's own suite, too.
echo none >only
expect 0 isorun suite --granularity auto --history-key own pytest:.
[ "$(launches)" = $n ] || fail "$(launches) forks without a history"
expect 0 isorun suite --granularity auto --history-key own pytest:.
has '^198 passed, 0 failed, 2 skipped'
few
