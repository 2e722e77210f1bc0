# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Pasta is not in the sandbox and ends with it, also when isorun is killed, and
# when the processes that isorun has beside it are.
. "$E2E/lib.sh"

need_namespaces
need_nat

of_name() # NAME PID...: those whose name begins with it
{
	name=$1
	shift
	for pid; do
		grep -q "^$name" "/proc/$pid/comm" 2>/dev/null && echo "$pid"
	done
}
gone() # PID...
{
	for pid; do
			gone_child "$pid" || return 1
	done
}

start()
{
	rm -f log
	"$ISORUN" --net nat sh -c 'ls /proc | grep -c "^[0-9]"; grep -h "pas[st]" /proc/[0-9]*/comm
		echo up; exec sleep 300' >log 2>&1 &
	launcher=$!
	own $launcher
	within 10 grep -q up log
	all=$(below $launcher)
	# shellcheck disable=SC2086 # a list of words
	pasta=$(of_name 'pas[st]' $all)
	[ -n "$pasta" ] || fail "no pasta below isorun"
	lacks 'pas[st]' log
}

start
kill -9 $launcher
# shellcheck disable=SC2086
within 10 gone $all

start
kill $launcher
wait $launcher
# shellcheck disable=SC2086 # at once: isorun waits for them
gone $all || fail "isorun has ended before pasta"

# The last is the helper, the keeper's parent: of one name with it, but older.
for name in isorun-init isorun-nat isorun-nat; do
	start
	# shellcheck disable=SC2086
	victim=$(of_name $name $all | if [ "${last-}" = $name ]; then head -n 1; else tail -n 1; fi)
	last=$name
	kill -9 "$victim" || fail "no $name below isorun"
	kill $launcher 2>/dev/null
	wait $launcher
	# shellcheck disable=SC2086
	within 10 gone $all
done
