# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test knows how long it waited for the budget, wrapped and in a suite; one that
# had not to wait knows 0.
. "$E2E/lib.sh"

now_ms() { echo $(($(date +%s%N) / 1000000)); }
waiting() { "$ISORUN" status | grep -q ' waits '; }
# hold NAME: a command that holds most of the budget until something is written to NAME.
hold()
{
	mkfifo "$1"
	"$ISORUN" --budget 200M --memory 150M sh -c "echo held; read end <$1" >"$1.says" 2>&1 &
	eval "holder=$!; own $!"
	within 10 grep -q held "$1.says"
}
# between VALUE LEAST MOST WHAT
between() { [ "$1" -ge "$2" ] && [ "$1" -le "$3" ] || fail "$4 waited $1 ms, not $2 to $3"; }

expect 0 isorun --budget 200M --memory 100M --status free.json sh -c 'echo $ISORUN_WAITED_MS'
prints 0
[ "$(json free.json waited_ns)" = 0 ] || fail "what did not wait has a time in its record"

hold wrapped
asked=$(now_ms)
"$ISORUN" --budget 200M --memory 100M --status wrapped.json \
	sh -c 'echo $ISORUN_WAITED_MS' >wrapped.out 2>wrapped.err &
waiter=$!
own $waiter
within 10 waiting
waits=$(now_ms)
# A second of patience is over when it says so.
within 10 grep -q 'waits for 100M' wrapped.err
ends=$(now_ms)
echo >wrapped
wait $waiter || fail "the command that waited failed: $(cat wrapped.err)"
waited=$(cat wrapped.out)
between "$waited" $((ends - waits - 1)) $(($(now_ms) - asked)) "the wrapped command"
[ "$waited" -ge 900 ] || fail "it said after a second that it waits, and waited $waited ms"
[ $(($(json wrapped.json waited_ns) / 1000000)) = "$waited" ] ||
	fail "the record has $(json wrapped.json waited_ns) ns, the environment $waited ms"
wait $holder

hold suite
echo "sh -c 'echo \$ISORUN_WAITED_MS >suite.waited'" >lines
asked=$(now_ms)
"$ISORUN" suite --budget 200M --memory 100M --workspace shared --json suite.json lines:lines \
	>"$out" 2>"$err" &
waiter=$!
own $waiter
within 10 waiting
waits=$(now_ms)
"$ISORUN" status >/dev/null # some time for sure
ends=$(now_ms)
echo >suite
wait $waiter || fail "the suite that waited failed"
waited=$(cat suite.waited)
between "$waited" $((ends - waits - 1)) $(($(now_ms) - asked)) "the suite's test"
events suite.json attempt-finished | grep -Eq "\"waited_ns\": ?${waited}[0-9]{6}[^0-9]" ||
	fail "the event log has another time than $waited ms"
