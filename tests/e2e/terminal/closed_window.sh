# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The outer terminal goes away: the inner one hangs up, and nothing is left.
. "$E2E/lib.sh"

export PYTHONPATH="$E2E/../helpers" PYTHONDONTWRITEBYTECODE=1
python3 - "61.$$" <<'END' || exit 1
import sys
from outer import *

t = Outer(ISORUN, "--tty", "sh", "-c",
          f'trap "echo hung up >told; exit" HUP; sleep {sys.argv[1]} & echo ready; wait')
t.expect("ready")
t.hang_up()
deadline = time.monotonic() + 10 * SLOW
while not t.ended():
    assert time.monotonic() < deadline, "it lives on"
    time.sleep(0.02)
END
has 'hung up' told
within 5 dead sleep "61.$$"
within 5 no_dead_leaves
