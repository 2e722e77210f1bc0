# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Sockets of two tests never meet: TCP and UDP over IPv4 and IPv6, abstract Unix
# sockets, multicast on lo.  Without sandboxes each kind collides and meets.
. "$E2E/lib.sh"
need_namespaces

# KIND hold: binds, says "holds", prints what has come when it is told to end.
# KIND take: binds the same.  KIND send: sends there.
cat >net.py <<'END'
import signal, socket, sys
kind, role, key = sys.argv[1], sys.argv[2], int(sys.argv[3])
v6 = kind.endswith("6")
GROUP = "239.255.47.11"
host = "::1" if v6 else "127.0.0.1"
if kind == "abstract":
    family, where = socket.AF_UNIX, f"\0isorun-{key}"
else:
    family = socket.AF_INET6 if v6 else socket.AF_INET
    where = (host, key)
stream = kind.startswith("tcp") or kind == "abstract"
multicast = kind == "multicast"

def new():
    s = socket.socket(family, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
    s.settimeout(5)
    return s

def joined():
    s = new()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((GROUP, key))
    s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                 socket.inet_aton(GROUP) + socket.inet_aton(host))
    return s

def send():
    s = new()
    if stream:
        s.connect(where)
        s.sendall(b"hello")
        return
    if multicast:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(host))
    s.sendto(b"hello", (GROUP, key) if multicast else where)

def hold():
    s = joined() if multicast else new()
    if not multicast:
        s.bind(where)
    if stream:
        s.listen()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    print("holds", flush=True)
    signal.sigtimedwait({signal.SIGTERM}, 20)
    s.setblocking(False)
    print((s.accept()[0] if stream else s).recv(9).decode(), flush=True)

if role == "hold":
    hold()
elif role == "take":
    joined() if multicast else new().bind(where)
else:
    send()
END

key=$((20000 + $$ % 10000))
# One holds; another takes the same, and sends to it.  Prints what came of it.
meet() # KIND PREFIX...
{
	kind=$1
	shift
	rm -f held
	"$@" python3 net.py "$kind" hold $key >held 2>&1 &
	holder=$!
	own $holder
	within 10 grep -qE "holds|Error" held
	grep -q holds held || fail "$kind: $(tail -n 1 held)"
	"$@" python3 net.py "$kind" take $key >/dev/null 2>&1 && took=took || took=taken
	"$@" python3 net.py "$kind" send $key >/dev/null 2>&1
	kill $holder 2>/dev/null
	wait $holder 2>/dev/null
	grep -q hello held && met=met || met=apart
	echo "$kind $took $met" >&3
}

kinds="tcp udp abstract"
# A kernel may be without.
[ ! -e /proc/net/if_inet6 ] || kinds="$kinds tcp6 udp6"
for kind in $kinds; do
	meet $kind 3>"$out"
	prints "$kind taken met"
	meet $kind "$ISORUN" 3>"$out"
	prints "$kind took apart"
done
# Any number of sockets may join a group.  Linux has none of IPv6 on lo.
meet multicast 3>"$out"
prints "multicast took met"
meet multicast "$ISORUN" 3>"$out"
prints "multicast took apart"
