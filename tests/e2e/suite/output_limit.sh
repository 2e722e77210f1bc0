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

# A verdict that lies in the output is none where that was cut.
cat >isorun.ini <<-'END'
	[suite]
	output-limit = 16K
	[test whole]
	command = seq 1 20000
	output-limit = 1M
	fail-pattern = panic
	[test cut]
	command = seq 1 20000
	fail-pattern = panic
	[test tap]
	command = seq -f 'ok %%.0f' 1 20000; echo 1..20000
	[source]
	from = tap:t/*.t
END
mkdir t
printf '#!/bin/sh\nseq -f "ok %%.0f" 1 9000\necho 1..9000\n' >t/cut.t
chmod 755 t/cut.t
expect 1 isorun suite --junit junit.xml
cases junit.xml >got
has '^passed whole$' got
has '^passed tap$' got
has '^failure cut$' got
has '^failure t/cut.t$' got
has 'its verdict lies in its output, and [0-9.]+K of that were above the output limit'

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
fi

# Space behind the end of the file counts, too.
if command -v fallocate >/dev/null; then
	ISORUN_STATE_DIR=$PWD/state
	echo 'sh -c "fallocate -n -l 30M /proc/self/fd/1; echo hi"' >tests
	expect 0 isorun suite --output-limit 4K lines:tests
	[ "$(stat -Lc %b "$PWD/state/runs/last/out/0001-1.txt")" -lt 1000 ] ||
		fail "30 MiB are left behind the end"
fi
