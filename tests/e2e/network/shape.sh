# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# delay, loss and rate of a profile make lo slow and lossy, and nobody else's lo.
. "$E2E/lib.sh"
need_namespaces
"$ISORUN" doctor >doctor.txt 2>&1
grep -Eq '^ok +netem ' doctor.txt || skip "$(sed -n 's/^absent *netem *//p' doctor.txt)"

# Two sockets of one process: milliseconds that one packet takes, or "lost"; and
# that so many KiB take through a connection.
cat >lo.py <<'END'
import socket, sys, threading, time
kib = int(sys.argv[1])
if not kib:
    a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); a.bind(("127.0.0.1", 0))
    a.settimeout(2)
    begin = time.monotonic()
    a.sendto(b"x", a.getsockname())
    try: a.recv(1)
    except TimeoutError: sys.exit("lost")
else:
    s = socket.create_server(("127.0.0.1", 0))
    c = socket.create_connection(s.getsockname())
    d, _ = s.accept()
    begin = time.monotonic()
    threading.Thread(target=lambda: (c.sendall(bytes(kib * 1024)), c.close())).start()
    while d.recv(65536): pass
print(int((time.monotonic() - begin) * 1000))
END
profile() { printf '[profile]\ninherit = default\n[network]\n%s\n' "$1" >slow.ini; }
below() { [ "$(cat "$out")" -lt "$1" ] || fail "took $(cat "$out") ms"; }
above() { [ "$(cat "$out")" -ge "$1" ] || fail "took $(cat "$out") ms"; }

expect 0 isorun python3 lo.py 0
below 300
profile 'delay = 300ms'
expect 0 isorun -p ./slow.ini python3 lo.py 0
above 300
quiet
expect 0 python3 lo.py 0
below 300

profile 'loss = 100%'
expect 1 isorun --strict -p ./slow.ini python3 lo.py 0
says '^lost$'

expect 0 isorun python3 lo.py 2048
below 1500
profile 'rate = 1M'
expect 0 isorun -p ./slow.ini python3 lo.py 2048
above 1500
