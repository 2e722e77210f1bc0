# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What programs expect of /dev is there under strict, and nothing in it can be changed.
. "$E2E/lib.sh"

need_namespaces

strict() { isorun --profile strict "$@"; }

# Not every host has all of them.
for node in null zero full random urandom tty; do
	[ ! -e "/dev/$node" ] || echo "$node"
done >nodes
expect 0 strict env LC_ALL=C ls /dev
prints "$(printf '%s\n' fd ptmx pts shm stderr stdin stdout | LC_ALL=C sort - nodes)"

# shellcheck disable=SC2016 # expanded inside
expect 0 strict sh -ec '
	echo gone >/dev/null
	[ "$(head -c 4 /dev/zero | od -An -tx1)" = " 00 00 00 00" ]
	[ "$(head -c 8 /dev/urandom | wc -c)" = 8 ]
	if [ -e /dev/full ] && echo x 2>/dev/null >/dev/full; then exit 3; fi
	echo in | cat /dev/stdin
	(echo err >/dev/stderr) 2>&1 | cat
	echo mine >/dev/shm/isorun-minimal-dev
	cat /dev/shm/isorun-minimal-dev
	stat -c %a /dev/shm'
prints 'in
err
mine
1777'
[ ! -e /dev/shm/isorun-minimal-dev ] || fail "/dev/shm is the host's"

mode=$(stat -c %a /dev/null)
# shellcheck disable=SC2016 # expanded inside
expect 0 strict sh -c '
	for change in "chmod 600 /dev/null" "touch /dev/new" "rm /dev/zero" "ln -s x /dev/log"; do
		$change 2>/dev/null && echo "$change"
	done
	:'
prints ""
[ "$(stat -c %a /dev/null)" = "$mode" ] || fail "the host's /dev/null was changed"

# Terminals are of the sandbox's own, and the caller's is still the controlling one.
expect 0 strict python3 -c '
import os, pty
master, slave = pty.openpty()
print(os.ttyname(slave))
os.write(slave, b"x")
assert os.read(master, 1) == b"x"'
prints /dev/pts/0
need_cmd script
cat >job <<-END
	"$ISORUN" --profile strict sh -c 'test -t 0 && echo to the terminal >/dev/tty'
END
expect 0 script -qec 'sh ./job' /dev/null
has 'to the terminal'
