# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Without --tty a wrapped command is a job like others: Ctrl-Z stops it, fg and
# bg continue it, Ctrl-C ends it and not the shell.
. "$E2E/lib.sh"

need_cmd bash
cat >job <<'END'
echo ready
while read x; do
	echo "got <$x>"
	[ "$x" != line ] || exec sleep 61
done
END
export PYTHONPATH="$E2E/../helpers" PYTHONDONTWRITEBYTECODE=1
python3 - <<'END' || exit 1
from outer import *

# A line editor has these, raw mode has not.
def sees_keys():
    return termios.tcgetattr(t.slave)[3] & termios.ISIG

for option in ("", "--tty "):
    has_terminal = (lambda: t.is_raw() and not sees_keys()) if option else (lambda: t.is_job())
    t = Outer("bash", "--norc", "-i", env={"PS1": "> "})
    t.expect("> ")
    t.line(f"{ISORUN} {option}sh ./job")
    t.expect("ready\r\n")
    if option:
        t.until("raw mode", has_terminal)
        os.system(f"kill -TSTP $(pgrep -P {t.pid} -x isorun)")
    else:
        t.type("\x1a")
    t.expect("Stopped.*> ")
    t.prompt("> ")
    t.line("fg")
    t.expect("isorun")
    t.until("the foreground", has_terminal)
    t.line("line")
    t.expect("got <line>")
    t.type("\x03")
    t.expect("> ")
    t.line("echo status $?")
    t.expect("status 130")
    t.line(f"{ISORUN} {option}sh -c 'echo twice; read x; echo got $x' & sleep 0.2")
    t.expect("twice")
    t.prompt("> ")
    t.line("jobs")
    t.expect("Stopped.*> ")
    t.line("fg")
    t.expect("isorun")
    t.until("the foreground", has_terminal)
    t.line("more")
    t.expect("got more.*> ")
    t.line("exit")
    t.ends(0)
END
