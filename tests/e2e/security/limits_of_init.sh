# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The sandbox's init has the test's ids, so prlimit(2) would let the test take
# its descriptors away: then nothing is counted, and nothing heard.
. "$E2E/lib.sh"

need_namespaces

expect 1 isorun prlimit --pid 1 --nofile=0:0
says 'not permitted'
expect 0 isorun prlimit --nofile=64:64 sh -c 'ulimit -n'
prints 64

# Where no filter refuses it: a test that makes init deaf is ended, not waited for.
printf '[profile]\ninherit = default\n[process]\nseccomp = off\n' >open.ini
# shellcheck disable=SC2016 # expanded by the inner shell
expect 125 timeout 20 "$ISORUN" -p ./open.ini sh -c '
	prlimit --pid 1 --nofile=1:1
	(sleep 0 &)
	sleep 60'
says 'watch the test process: Invalid argument'
# Its cgroups go all the same, though init could not look into them.
[ "$CGROUP" = none ] && exit 0
"$ISORUN" -p ./open.ini prlimit --pid 1 --nofile=1:1 &
expect 0 wait $!
[ -z "$(find /sys/fs/cgroup -path "*/isorun/$!-*" -type d)" ] || fail "a cgroup stayed"
