# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# pytest-xdist: each worker is a python that isorun started.  It waits until all have
# begun, so they must fit the budget together.
. "$E2E/lib.sh"

# The distribution's, whatever else is installed.
python=/usr/bin/python3
$python -c 'import xdist' 2>/dev/null || skip "needs python3-pytest-xdist"
clashing
cat >test_clash.py <<'END'
import subprocess

import pytest


@pytest.mark.parametrize("i", range(40))
def test_clash(i):
    subprocess.run(["./clash", str(i)], check=True)
END
pytest="$python -m pytest -q -p no:cacheprovider"
hooked "$pytest -n8" "$pytest --dist load --tx '8*popen//python=isorun --memory 80M $python'"
has '^40 passed'
