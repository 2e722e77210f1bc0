# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What every end-to-end script has at hand.  tests/e2e/run starts each script in
# an empty directory of its own with ISORUN, PROBE, E2E (this folder), SLOW (how
# many times slower than usual this lane is), a HOME and an ISORUN_STATE_DIR.

set -u
out=$PWD/.out
err=$PWD/.err

isorun() { "$ISORUN" "$@"; }
probe() { "$PROBE" "$@"; }
# isorun on a host that refuses every namespace, whatever this one does.
bare() { "$PROBE" refuse-namespaces "$ISORUN" "$@"; }

fail()
{
	echo "FAIL: $*"
	for f in "$out" "$err"; do
		[ -s "$f" ] && sed "s|^|${f##*/.}: |" "$f" | tail -n 40
	done
	exit 1
}

skip()
{
	echo "# SKIP $*"
	exit 77
}

# expect STATUS COMMAND...: runs it with its output in $out and $err.
expect()
{
	want=$1
	shift
	"$@" >"$out" 2>"$err" </dev/null
	got=$?
	[ "$got" = "$want" ] || fail "'$*' gave $got instead of $want"
}

# prints TEXT: the whole standard output, without its last newline.
prints() { [ "$(cat "$out")" = "$1" ] || fail "printed something else than '$1'"; }
# says PATTERN: a line of standard error matches the extended regular expression.
says() { grep -Eq -e "$1" "$err" || fail "standard error has no '$1'"; }
# has PATTERN [FILE]: a line of standard output, or of FILE, matches.
has() { grep -Eq -e "$1" "${2-$out}" || fail "${2-standard output} has no '$1'"; }
lacks() { grep -Eq -e "$1" "${2-$out}" && fail "${2-standard output} has '$1'"; :; }
# Nothing on standard error, but what a lane without memory limits has to say.
quiet()
{
	[ "$CGROUP" = none ] && ! grep -qv '^isorun: warning: without memory limit' "$err" && return
	[ ! -s "$err" ] || fail "standard error is not empty"
}

# within SECONDS COMMAND...: the command comes to succeed in time.
within()
{
	deadline=$(($(date +%s) + $1 * SLOW + 1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$deadline" ] || fail "not in time: $*"
		sleep 0.02
	done
}

# below PID: the pids of all its descendants.
below()
{
	for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
		echo "$child"
		below "$child"
	done
}

# alive WORD...: a process whose command line holds the last word lives on this
# host.  It must be the script's own: such as 61.$$ as the time of a sleep.
alive()
{
	for last; do :; done
	printf '%s\n' "${last##* }" | grep -lasqF -f /dev/stdin /proc/[0-9]*/cmdline
}
dead() { ! alive "$@"; }

# A key of a JSON object in a file: dots go down, numbers index.
json()
{
	python3 - "$1" "$2" <<-'END'
		import json, sys
		with open(sys.argv[1]) as f:
		    value = json.load(f)
		for key in sys.argv[2].split("."):
		    value = value[int(key)] if isinstance(value, list) else value.get(key)
		print(json.dumps(value) if isinstance(value, (dict, list, bool)) else value)
	END
}

# Children to end with the script, whatever becomes of it; a pid that is no
# longer our child's is left alone.
own_pids=
own() { own_pids="$own_pids $1"; }
end_own()
{
	for pid in $own_pids; do
		grep -q "^PPid:.$$\$" "/proc/$pid/status" 2>/dev/null && kill -9 "$pid"
	done
}
trap end_own EXIT

is_root() { [ "$(id -u)" = 0 ]; }
need_root() { is_root || skip "needs root"; }
need_cmd() { command -v "$1" >/dev/null || skip "needs $1"; }
# A kernel memory limit is what the cgroup drivers give; without one the none
# driver may still poll.
need_cgroup() { [ "$CGROUP" != none ] || skip "no cgroup that we may write to"; }
need_namespaces() { [ "$NAMESPACES" = yes ] || skip "no namespace can be made here"; }
# A child of this shell that ended, waited for or not.
gone_child()
{
	[ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"
}

# Leaves are named PID-STARTTIME-N: one whose process is gone was left behind.
dead_leaves()
{
	find /sys/fs/cgroup -type d -path '*/isorun/*' 2>/dev/null | while read -r group; do
		pid=${group##*/}
		pid=${pid%%-*}
		case $pid in
		*[!0-9]* | '') continue ;;
		esac
		[ -d "/proc/$pid" ] || [ ! -d "$group" ] || echo "$group"
	done
}
no_dead_leaves() { [ -z "$(dead_leaves)" ]; }

# cases FILE: "outcome id" lines, sorted, of a JUnit file.
cases()
{
	python3 - "$1" <<-'END'
		import sys, xml.etree.ElementTree as tree
		lines = []
		for case in tree.parse(sys.argv[1]).iter("testcase"):
		    kinds = [c.tag for c in case if c.tag in ("failure", "error", "skipped")]
		    lines.append(f"{(kinds or ['passed'])[0]} {case.get('name')}")
		print("\n".join(sorted(lines)))
	END
}

# bounded MIB COMMAND...: at no time are the memory limits of all isorun processes
# below the command together above so many MiB.
bounded()
{
	bound=$1
	shift
	python3 "$E2E/../helpers/limits.py" $((bound << 20)) "$@"
}

# events FILE NAME: the objects of one kind of an event log, one a line.
events() { grep -E "\"event\": ?\"$2\"" "$1"; }

# Whether isorun doctor finds what --net nat takes; a host that lacks it says so.
need_nat()
{
	"$ISORUN" doctor >doctor.txt 2>&1
	grep -Eq '^ok +nat ' doctor.txt || skip "$(sed -n 's/^absent *nat *//p' doctor.txt)"
}

# The address that others reach this host by.
own_address()
{
	python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("192.0.2.99", 9)); print(s.getsockname()[0])'
}

# serve ADDRESS FILE: a server that says hello to each connection, its port in FILE.
serve()
{
	python3 -c 'import os, socket, sys
s = socket.create_server((sys.argv[1], 0))
with open(sys.argv[2] + ".new", "w") as f: print(s.getsockname()[1], file=f)
os.rename(sys.argv[2] + ".new", sys.argv[2])
while True:
    c, _ = s.accept(); c.sendall(b"hello\n"); c.close()' "$1" "$2" &
	own $!
	within 10 test -s "$2"
}

# What a sandbox runs to hear it: hear ADDRESS PORT.
hear='import socket, sys
print(socket.create_connection((sys.argv[1], int(sys.argv[2])), 5).recv(9).decode(), end="")'

# faults ARGUMENT...: tests/helpers/faults.py finds nothing wrong.
need_faults()
{
	"${ISORUN%/*}/fault" 2>/dev/null
	[ $? != 77 ] || skip "knows the registers of x86-64 only"
	"${ISORUN%/*}/fault" -l .calls -o .report "$ISORUN" --version >/dev/null
	[ -s .calls ] || skip "this kernel shows no system calls to a tracer"
}
faults()
{
	FAULT=${ISORUN%/*}/fault BOX=${ISORUN%/*}/box \
		python3 "$E2E/../helpers/faults.py" "$@" >"$out" 2>&1 || fail "faults $*"
}

# clashing: makes ./clash, a test program of which no two may run at once: each takes
# port 8080 and a name in /tmp for a moment.
clashing()
{
	need_namespaces
	cat >clash <<-END
		#!/bin/sh
		me="\$\$ \$*"
		echo "\$me" >/tmp/x || exit
		"$PROBE" bind 8080 20ms || exit
		[ "\$(cat /tmp/x)" = "\$me" ]
	END
	chmod +x clash
}

# hooked NAIVE HOOKED: two command lines that run 40 clashing tests, eight at once.  The
# first loses some (in a sandbox, as nobody else's port is wanted), the second none.
hooked()
{
	isorun sh -c "$1" >naive.out 2>&1 && fail "all pass without a hook: $1"
	PATH="$(dirname "$ISORUN"):$PATH" expect 0 sh -c "$2"
}
