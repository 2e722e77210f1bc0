# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Other plugins, that look into tests and at reports, find what they look for.
. "$E2E/lib.sh"
. "$E2E/pytest/plugin"
for module in coverage pytest_cov pytest_asyncio hypothesis; do
	python3 -c "import $module" 2>/dev/null || skip "needs $module"
done

cat >lines.py <<'END'
def one(a):
    if a:
        return 1
    return 2
def two():
    return 3
END
cat >test_plugins.py <<'END'
import asyncio
import pytest
from hypothesis import given, strategies
import lines

@pytest.mark.asyncio
async def test_asyncio():
    await asyncio.sleep(0)
    assert lines.one(True) == 1
@given(strategies.integers())
def test_hypothesis(n):
    assert n * 2 == n + n
@given(strategies.integers())
def test_hypothesis_finds(n):
    assert n < 1000
def test_threads():
    import os
    assert os.environ["OMP_NUM_THREADS"] == os.environ["OPENBLAS_NUM_THREADS"] == "1"
END
expect 1 boxed --isorun-threads=1 --cov=lines --cov-branch --cov-report=term-missing
has '^=+ 1 failed, 3 passed'
has 'Falsifying example: test_hypothesis_finds\('
has '^lines.py +6 +2 +2 +1 +62% +4, 6$'
lacks 'left running'
sed -i '/def test_threads/,$d' test_plugins.py
expect 1 python3 -m pytest -p no:cacheprovider --cov=lines --cov-branch --cov-report=term-missing
has '^lines.py +6 +2 +2 +1 +62% +4, 6$'
expect 1 python3 -m coverage run --branch --include=lines.py \
	-m pytest -p no:cacheprovider -p pytest_isorun.plugin --isorun
expect 0 python3 -m coverage report -m
has '^lines.py +6 +2 +2 +1 +62% +4, 6$'

# A wheel of it is found by its entry point, in a place of its own.
python3 -c 'import setuptools, wheel, pip' 2>/dev/null || exit 0
unset PYTHONPATH
cp -r "$E2E/../../contrib/pytest" package
expect 0 python3 -m pip wheel -q --no-deps --no-build-isolation --no-index -w wheels ./package
expect 0 python3 -m pip install -q --no-deps --no-index --target site wheels/pytest_isorun-*.whl
expect 0 env PYTHONPATH="$PWD/site" python3 -m pytest --isorun -q -k asyncio
has '^1 passed'
expect 0 env PYTHONPATH="$PWD/site" "$ISORUN" suite -k asyncio pytest:.
has '^1 passed'
