# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A command on a terminal of its own: window size, Ctrl-C, a huge paste, and the
# caller's terminal is as it was, however it ends.
. "$E2E/lib.sh"

export PYTHONPATH="$E2E/../helpers" PYTHONDONTWRITEBYTECODE=1
python3 - <<'END' || exit 1
import os, signal, termios
from outer import *

t = Outer(ISORUN, "--tty", "sh", "-c",
          'trap "stty size" WINCH; stty size; until test "$x"; do read x; done; echo "<$x>"; exit 5')
t.expect("30 100")
t.until("raw mode", t.is_raw)
t.resize(41, 97)
t.expect("41 97")
t.line("typed")
t.expect("<typed>")
t.ends(5)
t.is_restored()

# By a key; by signals to isorun, the last of which it does not survive.
for end, status in ((lambda: t.type("\x03"), -signal.SIGINT),
                    (lambda: os.kill(t.pid, signal.SIGTERM), 143),
                    (lambda: os.kill(t.pid, signal.SIGKILL), -signal.SIGKILL)):
    t = Outer(ISORUN, "--tty", "sh", "-c", "echo ready; exec sleep 61")
    t.expect("ready")
    t.until("raw mode", t.is_raw)
    end()
    t.ends(status)
    t.until("its old mode", lambda: not t.is_raw())
    t.is_restored()

# Killed while the command ends by itself.
for i in range(20):
    t = Outer(ISORUN, "--tty", "sh", "-c", "read x; echo over")
    t.until("raw mode", t.is_raw)
    t.line("")
    if i % 2:
        t.expect("over")
    time.sleep(i / 10000)
    if not t.ended():
        os.kill(t.pid, signal.SIGKILL)
    t.ends(None)
    t.until("its old mode", lambda: not t.is_raw())
    t.is_restored()

# Nobody who set another mode since is disturbed.
t = Outer(ISORUN, "--tty", "sh", "-c", "echo ready; exec sleep 61")
t.expect("ready")
t.until("raw mode", t.is_raw)
mine = termios.tcgetattr(t.slave)
mine[3] |= termios.ISIG
termios.tcsetattr(t.slave, termios.TCSANOW, mine)
os.kill(t.pid, signal.SIGKILL)
t.ends(-signal.SIGKILL)
os.close(os.open(os.ttyname(t.slave), os.O_RDWR | os.O_NOCTTY))
assert termios.tcgetattr(t.slave) == mine, "a mode set by another was changed"

# 20000 lines at once, to a reader that begins late.
t = Outer(ISORUN, "--tty", "sh", "-c", "stty -echo; echo ready; read x; exec wc -c")
t.expect("ready")
t.type("\r" + ("y" * 70 + "\r") * 20000 + "\x04")
t.expect("1420000", 30)
t.ends(0)

# Stopped from elsewhere and continued: the terminal is the caller's in between.
t = Outer(ISORUN, "--tty", "sh", "-c", "echo ready; read x; echo got $x")
t.expect("ready")
t.until("raw mode", t.is_raw)
os.kill(t.pid, signal.SIGTSTP)
t.until("its old mode", lambda: not t.is_raw())
os.kill(t.pid, signal.SIGCONT)
t.until("raw mode", t.is_raw)
os.kill(t.pid, signal.SIGTERM)
t.ends(143)
t.is_restored()
END
