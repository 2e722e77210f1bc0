# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# isorun shell: job control, Ctrl-C, window size and exit status of a shell that
# stands in the sandbox of a wrapped command.
. "$E2E/lib.sh"

need_cmd bash
export PYTHONPATH="$E2E/../helpers" PYTHONDONTWRITEBYTECODE=1
python3 - <<'END' || exit 1
from outer import *

def shell(*options):
    """A login on its prompt, which echoes what is typed: so marks are computed."""
    t = Outer(ISORUN, "shell", *options, env={"SHELL": "/bin/bash", "PS1": "> ", "HOME": os.getcwd()})
    t.expect("isorun: a shell in the sandbox of a wrapped command; .*(stays|is lost)")
    t.until("raw mode", t.is_raw)
    t.line("PS1='ready> '")
    t.expect("ready> $")
    return t

t = shell()
t.line("tty; echo $((6 * 7)) $ISORUN $(ls $TMPDIR | wc -l)")
t.expect("/dev/pts/[0-9]+.*42 1 0")
t.line("sh -c 'trap \"echo resumed\" CONT; echo $((40 + 2)); while :; do read x && echo \"<$x>\"; done'")
t.expect("\r42\r\n|^42\r\n")
t.type("\x1a")
t.expect("Stopped.*ready> ")
t.prompt("ready> ")
t.line("sleep 61 &")
t.line("jobs")
t.expect("Stopped.*Running +sleep 61.*ready> $")
t.line("fg %1")
t.expect("\rresumed|^resumed")
t.line("again")
t.expect("<again>")
t.type("\x03")
t.expect("ready> $")
t.line("echo ended $?")
t.expect("ended 130")
t.resize(33, 77)
t.line("stty size")
t.expect("33 77")
t.line("exit 9")
t.ends(9)
t.is_restored()

t = shell("-p", "strict")
t.line("kill -9 $$")
t.ends(137)
t.is_restored()

# Bash ignores SIGTERM: isorun's hangs its terminal up.
t = shell()
t.line("sleep 61 & echo $((6 * 7))")
t.expect("42")
os.kill(t.pid, signal.SIGTERM)
t.ends(129)
t.is_restored()

t = shell()
os.kill(t.pid, signal.SIGKILL)
t.ends(-signal.SIGKILL)
t.until("its old mode", lambda: not t.is_raw())
t.is_restored()

# A paste that is longer than any buffer on its way.
t = shell()
t.line("stty -icanon -echo min 1; echo $((40 + 2)); head -c 300000 | cksum; stty sane")
t.expect("\r42\r\n|^42\r\n")
t.type("z" * 300000)
t.expect("[0-9]+ 300000", 30)
t.expect("ready> $")
t.type("\x04")
t.ends(0)
t.is_restored()
END
no_dead_leaves || fail "a cgroup is left"
