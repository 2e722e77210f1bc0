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
