# SPDX-License-Identifier: Apache-2.0
# A fork is a whole process, and wholly inside: a child of init, with a thread
# number and a cpu number that are its own, private files and its environment.
. "$E2E/lib.sh"
. "$E2E/library/forked"
MARK=$(mktemp /tmp/isorun-fork.XXXXXX) || fail "no file in /tmp"
OWN=7
export MARK OWN
expect 0 forked where environment.set=OWN=8
rm -f "$MARK"
prints "parent 1, thread ok, cpu ok, dumpable 1
tmp /tmp, host file hidden, env 8 1
outcome 0, exit status 0, signal 0, leftovers 0"
