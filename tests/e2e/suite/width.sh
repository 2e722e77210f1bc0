# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# How many tests run at once follows the machine: more while its cpus are idle, fewer
# again when too many want them, and hardly any while memory is short.  The machine
# is one that this script makes up, in place of four files of /proc.
. "$E2E/lib.sh"

need_root
need_namespaces
[ -r /proc/pressure/memory ] || skip "needs PSI"
cpus=$(getconf _NPROCESSORS_ONLN)
[ "$(nproc)" = "$cpus" ] || skip "needs all cpus"

mkdir fake
# machine IDLE QUEUE STALLED: cpus that are idle (part of all), threads that want to
# run, part of the time that memory is short.
machine() { echo "$*" >fake/now.new && mv fake/now.new fake/now; }
machine 0 1 0
cp /proc/meminfo real
awk '$1 == "MemTotal:" { total = $2 }
	$1 == "MemAvailable:" { printf "%-15s %8d kB\n", $1, total / 20; next }
	{ print }' real >low
cat real >fake/meminfo
# As in /proc, no reader may find a file empty: written over, not anew.  What is
# there keeps its length, or grows by what nobody reads.
memory() { cat "$1" 1<>fake/meminfo; }
for file in uptime loadavg memory; do
	echo 0 0 0 >fake/$file
done
# Written in place: a bind mount is of the file, not of its name.
cat >fake/clock <<'END'
idle=0 stalled=0 t=0
while [ -e fake/now ]; do
	read -r part queue short <fake/now || continue
	t=$(awk -v t="$t" 'BEGIN { print t + 0.05 }')
	idle=$(awk -v i="$idle" -v p="$part" -v n="$1" 'BEGIN { print i + 5 * p * n }')
	stalled=$(awk -v s="$stalled" -v p="$short" 'BEGIN { printf "%d", s + 5e6 * p }')
	echo "$t $idle" 1<>fake/uptime
	echo "0 0 0 $queue/999 1" 1<>fake/loadavg
	printf 'some total=0\nfull avg10=0 total=%s\n' "$stalled" 1<>fake/memory
	sleep 0.05 # the clock's tick
done
END
sh fake/clock "$cpus" &
own $!

i=0
while [ $i -lt 100 ]; do
	echo "until [ -e $PWD/go ]; do sleep 0.05; done # $i"
	i=$((i + 1))
done >tests
cat >inner <<'END'
mount --bind fake/uptime /proc/uptime &&
	mount --bind fake/loadavg /proc/loadavg &&
	mount --bind fake/memory /proc/pressure/memory &&
	mount --bind fake/meminfo /proc/meminfo &&
	exec "$ISORUN" suite --workspace shared --memory 8M lines:tests
END
unshare -m sh inner >"$out" 2>"$err" </dev/null &
suite=$!
own $suite
told() { grep -rqE "\"width-changed\".*\"$1\"" "$ISORUN_STATE_DIR/runs"; }
# The newest change is one for idle cpus, after that for memory.
wider() { grep -rh width-changed "$ISORUN_STATE_DIR/runs" | tail -n 1 | grep -q idle; }
told idle && fail "wider on a machine that is busy"
machine 1 1 0
within 20 told idle || fail "no wider while all cpus are idle"
memory low
machine 0 1 0.5
within 20 told stalled || fail "no narrower while memory is short"
memory real
machine 1 1 0
within 20 wider || fail "does not become wider again"
machine 0 99999 0
within 20 told crowded || fail "no narrower while everybody wants the cpus"
touch go
within 20 gone_child $suite || fail "the suite does not end"
rm fake/now
has '^cpus were idle: up to [0-9]+ at once instead of [0-9]+'
has '^memory was short on this machine'
has '^100 passed, 0 failed'
has " $((2 * cpus)) to $((16 * cpus)) at once" || fail "the header does not tell"
