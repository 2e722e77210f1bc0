# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The data files of 40 parallel runs of python3-coverage all come out, and
# `coverage combine` makes one of them.
. "$E2E/lib.sh"

need_namespaces

cov=
for name in coverage python3-coverage; do
	command -v $name >/dev/null && cov=$name && break
done
[ -n "$cov" ] || skip "needs python3-coverage"
cat >mod.py <<'END'
def f(n):
    if n == 1: return 1
    if n == 40: return 40
    if n == 50: return 50
    return 0
END
cat >t.py <<'END'
import sys, mod
mod.f(int(sys.argv[1]))
END
seq 1 40 | sed "s|^|$cov run -p --branch t.py |" >tests.lines
printf '%s\n' '[suite]' 'keep = .coverage.*' '[source]' 'from = lines:tests.lines' >isorun.ini
expect 0 isorun suite -j4
says "kept in '$PWD': 40 files"
$cov combine >/dev/null && $cov report -m mod.py >"$out" || fail "no report"
has 'mod.py'
$cov json -q -o cov.json
python3 - <<'END' || fail "not the lines of all tests"
import json
d = json.load(open("cov.json"))["files"]["mod.py"]
assert d["summary"]["missing_branches"] == 1, d["summary"]
END

# Two files of one name, as when two tests draw one random number.
echo 'sh -c "echo $ISORUN_TEST >.coverage.host.2.123456"' >same.lines
echo 'sh -c "echo other >.coverage.host.2.123456"' >>same.lines
expect 0 isorun suite --keep '.coverage.*' lines:same.lines
[ "$(find . -maxdepth 1 -name '.coverage.host.2.123456*' | wc -l)" = 2 ] || fail "one is lost"
