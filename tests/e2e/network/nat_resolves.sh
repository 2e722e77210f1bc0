# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Names are found with --net nat: by a name server that the host has on its
# loopback, with a resolv.conf of the sandbox's own, and by one elsewhere.
. "$E2E/lib.sh"

need_namespaces
need_root
need_cmd ip
need_nat

# A host of our own making: one interface, one name server.
cat >host.sh <<'END'
set -e
ip link set lo up
ip tuntap add up0 mode tap
ip address add 198.51.100.2/24 dev up0
ip link set up0 up
ip route add default via 198.51.100.1
printf 'search example\nnameserver %s\noptions timeout:2\n' "$1" >resolv
mount --bind resolv /etc/resolv.conf
python3 - "$1" <<'PYTHON' &
import os, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 53))
open("bound", "w").close()
while True:
    q, peer = s.recvfrom(512)
    end = q.index(0, 12) + 5
    a = q[end - 3] == 1
    answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + bytes([203, 0, 113, 7]) if a else b""
    s.sendto(q[:2] + b"\x81\x80\0\1" + bytes([0, a]) + b"\0\0\0\0" + q[12:end] + answer, peer)
PYTHON
server=$!
trap 'kill $server' EXIT
until [ -e bound ]; do sleep 0.02; done
rm bound
"$ISORUN" --net nat sh -c 'cat /etc/resolv.conf; getent ahostsv4 thing.example'
END

expect 0 unshare -nm sh host.sh 127.0.0.1
has '^nameserver 10.254.254.53$'
lacks '127.0.0.1'
has '^search example$'
has '^203.0.113.7 .*thing.example'
expect 0 unshare -nm sh host.sh 198.51.100.2
has '^nameserver 198.51.100.2$'
has '^203.0.113.7 .*thing.example'
