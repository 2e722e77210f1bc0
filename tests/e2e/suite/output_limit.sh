# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What is kept of a test's output is bounded: its head, its tail, and what was
# left out is said.
. "$E2E/lib.sh"

last=$ISORUN_STATE_DIR/runs/last
size() { wc -c <"$last/out/$1"; }

echo 'sh -c "seq 1 300000; exit 3"' >tests
expect 1 isorun suite --output-limit 64K lines:tests
[ "$(size 0001-1.txt)" -le 65536 ] || fail "the output has $(size 0001-1.txt) bytes"
[ "$(sed -n 1p "$last/out/0001-1.txt")" = 1 ] || fail "its head is gone"
[ "$(sed -n '$p' "$last/out/0001-1.txt")" = 300000 ] || fail "its tail is gone"
has '^\[isorun: 1\.8M of output left out here, limit 64K\]$' "$last/out/0001-1.txt"
has '"output_cut_bytes":19[0-9]{5}' "$last/events.jsonl"
has 'output of 1 test was cut in the middle, by 1.8M \(to keep more: --output-limit\)'
has '300000'

# While it runs the file is live, and gives back what is above the limit: the
# test waits for that, and goes on.
cat >tests <<-'END'
	sh -c 'exec 3>&1; echo begins; head -c 100M /dev/zero; until [ "$(stat -Lc %b /dev/fd/3)" -lt 20000 ]; do sleep 0.05; done; echo more; until [ -e go ]; do sleep 0.05; done'
END
"$ISORUN" suite --workspace shared --output-limit 8M -t $((20 * SLOW))s lines:tests >"$out" 2>&1 &
own $!
run=$!
sees() { tail -c 5 "$last/out/0001-1.txt" | grep -qx more; }
within 15 sees
head -n 1 "$last/out/0001-1.txt" | grep -qx begins || fail "the head is not there while it runs"
touch go
wait $run || fail "the test was hurt"
[ "$(size 0001-1.txt)" -le 8388608 ] || fail "the output has $(size 0001-1.txt) bytes"

# A verdict that lies in the output lies in what is cut, too, before the test ends or after.
cat >isorun.ini <<-'END'
	[suite]
	output-limit = 16K
	[test good]
	command = seq 1 20000
	fail-pattern = panic
	[test bad]
	command = seq 1 20000
	fail-pattern = ^10000$
	[test found]
	command = seq 1 20000; exit 1
	pass-pattern = ^10000$
	[source]
	from = tap:t/*.t
END
mkdir t
# speaks TAP and waits for its middle to be cut; the third of its lines is what it is told.
tap()
{
	cat >"t/$1.t" <<-END
		#!/bin/sh
		exec 3>&1
		held() { [ "\$(stat -Lc %b /dev/fd/3)" -gt 64 ]; }
		printf 'ok 1\nok 2\n$2\n'
		seq -f "ok %.0f" 4 9000
		$3
		seq -f "ok %.0f" 9001 18000
		echo 1..18000
	END
	chmod 755 "t/$1.t"
}
tap good 'ok 3' ''
tap bad 'not ok 3 - it broke' ''
tap good-cut 'ok 3' 'seq -f "# %.0f" 1 20000; while held; do sleep 0.05; done'
sed 's/^seq -f "ok %.0f" 4/seq -f "ok %.0f" 4 5000; echo "not ok 5001 - late"; &/; s/; seq -f "ok %.0f" 4 /; seq -f "ok %.0f" 5002 /' \
	t/good-cut.t >t/bad-cut.t
chmod 755 t/bad-cut.t
expect 1 isorun suite -t $((20 * SLOW))s --junit junit.xml
cases junit.xml >got
printf '%s\n' 'failure bad' 'failure t/bad-cut.t' 'failure t/bad.t' 'passed found' 'passed good' \
	'passed t/good-cut.t' 'passed t/good.t' | cmp - got || fail "$(cat got "$out")"
has 'output matches fail-pattern: 10000$'
has 't/bad.t: .*it broke'
has 't/bad-cut.t: .*late'
[ "$(cat "$last"/out/*-1.txt | wc -c)" -le $((7 * 16384)) ] || fail "more than the limit is kept"

for bad in 0 1K none 8Q; do
	expect 2 isorun suite --output-limit $bad lines:tests
	says "option '--output-limit': '$bad' is not a size of 4K or more"
done
printf '[suite]\noutput-limit = 2\n' >isorun.ini
expect 2 isorun suite
says "isorun.ini:2: '2' is no size of 4K or more"

# The file is no program of the host's, whatever the test made of it.
echo 'sh -c "cat /bin/true; chmod 6755 /dev/stdout"' >tests
expect 0 isorun suite lines:tests
[ "$(stat -c %a "$last/out/0001-1.txt")" = 644 ] || fail "mode $(stat -c %a "$last/out/0001-1.txt")"

# On a file system that makes no holes, too.
if is_root && mkdir plain && mount -t ramfs none plain; then
	ISORUN_STATE_DIR=$PWD/plain
	# Whatever it writes, it does so until it sees a cut.
	echo 'sh -c "exec 3>&1; echo begins; seq 1 2000000; until [ \$(stat -Lc %s /dev/fd/3) -lt 600000 ]; do seq 1 9000; sleep 0.05; done; echo ends"' >tests
	expect 0 isorun suite --output-limit 1M -t $((20 * SLOW))s lines:tests
	got=$PWD/plain/runs/last/out/0001-1.txt
	[ "$(wc -c <"$got")" -le 1048576 ] || fail "the output has $(wc -c <"$got") bytes"
	has '^begins$' "$got"
	has '^ends$' "$got"
	has '^\[isorun: output left out here, limit 1M\]$' "$got"
	has 'was cut in the middle, by 1[0-9.]*M'
	# What nobody could read decides nothing.
	expect 1 isorun suite --output-limit 16K -t $((20 * SLOW))s tap:t/good-cut.t
	has 'its verdict lies in its output, and [0-9.]+K of that were above the output limit'
fi

# Space behind the end of the file counts, too.
if command -v fallocate >/dev/null; then
	ISORUN_STATE_DIR=$PWD/state
	echo 'sh -c "fallocate -n -l 30M /proc/self/fd/1; echo hi"' >tests
	expect 0 isorun suite --output-limit 4K lines:tests
	[ "$(stat -Lc %b "$PWD/state/runs/last/out/0001-1.txt")" -lt 1000 ] ||
		fail "30 MiB are left behind the end"
fi
