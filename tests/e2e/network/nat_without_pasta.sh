# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Without pasta, without its device, and on a host without a way out, one line
# says so with the cure, and nothing is run.
. "$E2E/lib.sh"

need_namespaces
need_cmd pasta
need_root

expect 125 unshare -m sh -c 'for f in /usr/bin/pasta /bin/pasta /usr/local/bin/pasta; do
	[ ! -e $f ] || mount --bind /dev/null $f; done
	"$ISORUN" doctor; exec "$ISORUN" --net nat echo ran'
says '^isorun: network nat: pasta is not installed$'
says '^hint: install the package passt, or use --net loopback$'
lacks '^ran$'
has '^absent +nat +network nat: pasta is not installed'

[ -e /dev/net/tun ] || skip "no /dev/net/tun"
expect 125 unshare -m sh -c 'mount -t tmpfs none /dev/net; exec "$ISORUN" --net nat echo ran'
says "^isorun: network nat: '/dev/net/tun': No such file or directory$"
says '^hint: modprobe tun'
lacks '^ran$'

expect 125 unshare -n "$ISORUN" --net nat echo ran
says '^isorun: network nat: pasta: .*interface'
says '^hint: .*default route'
lacks '^ran$'
