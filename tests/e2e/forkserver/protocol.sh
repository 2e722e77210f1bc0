# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Any process can be the server: a list, an answer to each order, and the end.
. "$E2E/lib.sh"
need_cmd python3
need_namespaces
export PYTHONPATH="$E2E/../../contrib/pytest" PYTHONDONTWRITEBYTECODE=1
cat >server.py <<'END'
import json, os, socket, subprocess, sys
from pytest_isorun.library import Forker, find_program, take_environment
from pytest_isorun.wire import Wire, close_all

forker = Forker(find_program())
ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
isorun = subprocess.Popen(
    [find_program(), "suite", *sys.argv[2:], f"forkserver:{its.fileno()}"], pass_fds=[its.fileno()])
its.close()
wire = Wire(ours)
mode = sys.argv[1]
tests = {
    "passes": lambda: 0,
    "fails": lambda: 3,
    "skips": lambda: 77,
    "sees itself": lambda: 0 if os.environ["ISORUN_TEST"] == "sees itself" else 1,
    "refused once": lambda: 0,
    "refused for ever": lambda: 0,
}
if mode == "several":
    tests = {f"short {n}": lambda: 0 for n in range(60)}
if mode == "garbage":
    ours.send(b"no JSON")
for name in tests:
    message = {"test": name, "command": ["sh", "-c", "echo by its command"], "settings": {"tags": [mode]}}
    if mode == "several":
        message["file"] = __file__
    if mode == "no-command":
        del message["command"]
    if mode == "bad-key":
        message["settings"] = {"memroy": "1G"}
    if mode == "bad-value":
        message["settings"] = {"memory": "a lot"}
    try:
        wire.send(message)
    except OSError:
        break
try:
    if mode == "error":
        wire.send({"error": "nothing to be had here"})
    wire.send({"complete": True, "profile": {"filesystem.private": "/opt"} if mode == "run" else {}})
except OSError:
    pass
names = list(tests)
refused = set()
while True:
    try:
        order, fds = wire.receive()
    except OSError:
        break
    if order is None:
        break
    if mode == "leaves":
        os._exit(0)
    one = order["fork"][0]
    name = names[one["test"]]
    more = order["fork"] if len(order["fork"]) > 1 else []
    if name == "refused for ever" or (name == "refused once" and name not in refused):
        refused.add(name)
        wire.send({**one, "error": "not today"})
    else:
        pid = forker.fork_into(fds)
        if pid == 0:
            take_environment()
            status = tests[name]()
            print("by a fork of", name, os.getppid(), os.listdir("/opt"), flush=True)
            for each in more:
                # In spite of its status; and a time that cannot be.
                outcome = os.environ["OUTCOME"]
                wire.send({**each, "outcome": outcome, "wall_ns": 1 << 62})
            wire.send({**one, "finished": True})
            os._exit(status)
        wire.send({**one, "pid": pid})
        # An answer to nothing, and to nobody.
        wire.send({**one, "pid": pid})
        wire.send({"test": 99, "attempt": 1, "pid": 2})
    close_all(fds)
sys.exit(isorun.wait())
END
export ISORUN_PROGRAM="$ISORUN"

expect 1 python3 server.py run --json events
has '^3 passed, 2 failed, 1 skipped'
has 'fails: exit status 3'
has 'fork server: not today'
for name in passes 'sees itself' 'refused once'; do
	has "\"event\":\"test-finished\",\"test\":\"$name\",\"outcome\":\"passed\"" events
done
has '"reason":"its fork server made no fork"' events
run=$(json events run 2>/dev/null || sed -nE '1s/.*"dir":"([^"]*)".*/\1/p' events)
grep -qx 'by a fork of passes 1 \[\]' "$run"/out/*.txt || fail "no fork: $(cat "$run"/out/*.txt)"
grep -q 'by its command' "$run"/out/*.txt && fail "a command was run"

# Several in one fork, once they are known.
launches() { sed -n 's/.*"own_attempts":\([0-9]*\).*/\1/p' several.jsonl; }
export OUTCOME=passed
several() { expect 0 python3 server.py several -j 2 --granularity auto --json several.jsonl; }
several
[ "$(launches)" = 60 ] || fail "$(launches) forks without a history"
several
[ "$(launches)" -lt 50 ] || fail "$(launches) forks of 60 tests"
grep -q 'tests in one launch' several.jsonl && fail "launches were made again"
export OUTCOME=failed
several
has '^60 passed'
grep -q 'tests in one launch' several.jsonl || fail "one that failed there was believed"
unset OUTCOME

for mode in garbage no-command bad-key bad-value error; do
	expect 2 python3 server.py "$mode"
	case $mode in
	garbage) says 'fork server:1:' ;;
	no-command) says "no command of 'passes'" ;;
	bad-key) says "passes: unknown key 'memroy'" ;;
	bad-value) says "a lot" ;;
	error) says '^isorun: nothing to be had here$' ;;
	esac
done
expect 2 isorun suite forkserver:0
says "descriptor 0 is no packet socket of a fork server"
expect 2 isorun suite forkserver:x
says 'forkserver:x: FD or FD,EVENTS'
# It goes away without a word: its isorun ends, too.
expect 0 python3 server.py leaves --history-key "key.$$"
within 20 dead "key.$$"
