# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# From the second run on a test that reads much and holds little is reserved for what it
# holds: page cache can be reclaimed.  What it held for a moment only, between two looks
# at its memory, is known all the same.
. "$E2E/lib.sh"

need_cgroup
# Reads its files, keeps them open (hostfs forgets what it closes), holds 20 MiB.
cat >reader.py <<'END'
import sys, time
files = [open(name, "rb", buffering=0) for name in sys.argv[2:]]
for f in files:
    while f.read(1 << 20):
        pass
held = b"x" * (20 << 20)
time.sleep(float(sys.argv[1]))
END
# Files that nobody has in memory: their pages are charged to who reads them first.
if [ "$(stat -f -c %T .)" != tmpfs ]; then
	mib=200
	head -c ${mib}M /dev/zero >big && sync big
	forget() { dd if=big iflag=nocache count=0 2>/dev/null; }
	files=$PWD/big
else
	mib=100
	is_root || skip "can make no file cold"
	forget() { echo 1 >/proc/sys/vm/drop_caches; }
	files=$(find /usr/lib -type f -size +500k -printf '%s %p\n' | awk -v most=$((mib << 20)) '
		sum <= most { print $2; sum += $1 }' | tr '\n' ' ')
fi
cat >lines <<END
python3 $PWD/reader.py $((SLOW * 4)).0e-1 $files
$PROBE alloc 150M
END
number() # number EVENT TEST KEY
{
	events j.json "$1" | grep -e "$2" | sed "s/.*\"$3\": *\\([0-9]*\\).*/\\1/"
}
run()
{
	forget
	expect 0 isorun suite --serial --budget $((mib + 200))M --json j.json lines:lines
	peak=$(number attempt-finished reader.py mem_peak_bytes)
	reader=$(number test-planned reader.py mem_bytes)
	probe=$(number test-planned 'alloc 150M' mem_bytes)
}
run
[ "$peak" -gt $((mib * 1000000)) ] || fail "it is no test: a peak of $peak"
run
events j.json test-planned | grep -q '"mem_origin": \?"default"' && fail "nothing was learned"
[ "$reader" -le $((72 << 20)) ] || fail "reserved $reader for 20 MiB and an interpreter"
[ "$reader" -ge $((20 << 20)) ] || fail "reserved $reader for 20 MiB"
[ "$probe" -ge $((150 << 20)) ] || fail "reserved $probe for 150 MiB"
grep -Eq '"oom_kills": ?[1-9]' j.json && fail "the kernel killed"
lacks 'paused at the memory limit'
