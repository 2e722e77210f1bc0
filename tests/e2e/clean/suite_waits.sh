# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The next test does not wait for the end of a sandbox's pid 1, but the suite does:
# when it has ended, it leaves nobody a child.
. "$E2E/lib.sh"

need_cmd python3
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	echo true
done >tests.lines
cat >reaper.py <<'END'
import ctypes, os, sys
PR_SET_CHILD_SUBREAPER = 36
assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
for _ in range(6):
    pid = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
    assert os.waitpid(pid, 0)[1] == 0
    try:
        sys.exit(f"a child is left: {os.waitpid(-1, os.WNOHANG)}")
    except ChildProcessError:
        pass
END
expect 0 python3 reaper.py "$ISORUN" suite -q -j8 --memory 16M lines:tests.lines
