# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Where no namespace can be made each test has a pytest of its own, the same comes out, and what is
# shared is said.
. "$E2E/lib.sh"
NAMESPACES=yes
. "$E2E/pytest/plugin"

cat >refused <<END
#!/bin/sh
exec "$PROBE" refuse-namespaces "$ISORUN" "\$@"
END
chmod +x refused
export ISORUN_PROGRAM="$PWD/refused" ISORUN_LIBRARY="${ISORUN%/*}/libisorun.so"
cat >test_kinds.py <<'END'
import os, sys, warnings
import pytest
def test_passes(record_property): record_property("key", "value")
def test_fails(): print("said"); assert [1] == [2]
def test_skipped(): pytest.skip("not now")
@pytest.mark.xfail
def test_xfails(): assert 0
def test_warns(): warnings.warn(UserWarning("a warning of a test"))
def test_tmp(tmp_path): assert os.environ["TMPDIR"] in str(tmp_path)
def test_crashes(): os.abort()
def test_environment():
    assert "PYTEST_PLUGINS" not in os.environ and "ISORUN_PORT_BASE" in os.environ
END
expect 1 boxed -rA --junitxml out.xml
has '^=+ 2 failed, 4 passed, 1 skipped, 1 xfailed, 1 warning'
has "^E +assert \[1\] == \[2\]"
has '^said$'
has '^isorun: crashed: killed by SIGABRT$'
has 'a warning of a test'
has '^isorun: degraded: '
has 'name="key" value="value"' out.xml
expect 1 ./refused suite pytest:.
has '^5 passed, 2 failed, 1 skipped'
