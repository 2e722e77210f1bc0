# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# On a terminal of its own a command pushes nothing into the caller's, even where
# no filter refuses it (CVE-2017-5226), and cannot become its owner.
. "$E2E/lib.sh"

printf '[profile]\ninherit = default\n[filesystem]\ndev = shared\n[process]\nseccomp = off\n' >open.ini
cat >push <<'END'
import fcntl, os, sys, termios
done = 0
def push(fd):
    global done
    try:
        fcntl.ioctl(fd, termios.TIOCSTI, b"!")
        done += 1
    except OSError:
        pass
fds = [0, 1, 2]
for path in ("/dev/tty", sys.argv[1], "/proc/1/fd/0"):
    try:
        fds.append(os.open(path, os.O_RDWR))
    except OSError:
        pass
for fd in fds:
    push(fd)
if os.fork() == 0:
    # A session without a terminal takes the first that it opens.
    os.setsid()
    try:
        fd = os.open(sys.argv[1], os.O_RDWR)
        fcntl.ioctl(fd, termios.TIOCSCTTY, 1)
    except OSError:
        pass
    for fd in fds:
        push(fd)
    os._exit(0)
os.wait()
print("pushed", done, flush=True)
END
export PYTHONPATH="$E2E/../helpers" PYTHONDONTWRITEBYTECODE=1
python3 - <<'END' || exit 1
from outer import *

def pushed(*options):
    """What a reader of the caller's terminal finds when it is over."""
    t = Outer("sh", "-c", '"$@" "$(tty)"; echo over; read x; echo "<$x>"', "sh", *options,
              "python3", "./push")
    t.expect(r"pushed \d+\r\n.*over")
    t.line("")
    return t.expect("<(.*)>").group(1)

# Without a sandbox it works, where the kernel still has it.
if pushed() == b"":
    print("# the kernel refuses TIOCSTI by itself")
assert pushed(ISORUN, "-p", "open.ini", "--tty") == b"", "bytes came into the caller's terminal"
END
