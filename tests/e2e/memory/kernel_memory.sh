# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What a test has the kernel hold for it (sockets' buffers) is memory that it needs,
# too: its limit grows with it.
. "$E2E/lib.sh"

need_cgroup
cat >sockets.py <<'END'
import socket
pairs = []
for i in range(150):
    a, b = socket.socketpair()
    a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    a.setblocking(False)
    try:
        while True:
            a.send(b"x" * 65536)
    except BlockingIOError:
        pass
    pairs.append((a, b))
END
echo "python3 sockets.py" >lines
expect 0 isorun --memory 600M --status s.json python3 sockets.py
needs=$(($(json s.json mem_peak_bytes) >> 20))
[ "$needs" -gt 40 ] || skip "sockets take only $needs MiB here"
expect 0 isorun suite --budget $((needs * 8))M --json j.json lines:lines
has '^1 passed, 0 failed'
# A command that may be run again, too: a socket cannot wait for memory.
expect 0 isorun --retry-oom --budget $((needs * 4))M python3 sockets.py

# Nor does it wait until isorun, on a busy machine, gets a cpu to hear of it; on v2 the
# kernel slows it down until then.
[ "$CGROUP" = v1 ] || exit 0
sed '1i import os, sys, time\nprint(os.getpid(), flush=True)\nwhile not os.path.exists("go"): time.sleep(0.01)' \
	sockets.py >slow.py
"$ISORUN" --share pid --retry-oom --budget $((needs * 4))M --memory $((needs / 2))M \
	python3 slow.py >pid 2>slow.err &
isorun=$!
own $isorun
within 10 test -s pid
test=$(head -n 1 pid)
kill -STOP $isorun
touch go
gone() { [ ! -e "/proc/$test" ] || grep -q '^State:.Z' "/proc/$test/status"; }
within 20 gone
kill -CONT $isorun
wait $isorun || fail "it was not run again: $(cat slow.err)"
