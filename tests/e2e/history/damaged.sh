# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A database that is damaged, in its middle too, is set aside; the run goes on and is
# remembered.
. "$E2E/lib.sh"

db=$ISORUN_STATE_DIR/history.db
damage()
{
	python3 - "$db" <<-'END'
		import os, sys
		with open(sys.argv[1], "r+b") as f:
		    for at in range(4096 + 8, os.path.getsize(sys.argv[1]), 4096):
		        f.seek(at)
		        f.write(b"\xee" * 3000)
	END
}
for i in $(seq 100); do
	echo "echo a test with a rather long name, so that there are some pages of them $i"
done >tests
expect 0 isorun suite -q lines:tests
cp "$db" sound.db
damage
expect 0 isorun suite -q lines:tests
says "^isorun: warning: history '.*history.db': was damaged; moved to '.*history.db.broken-1' and begun anew"
expect 0 isorun history
[ "$(wc -l <"$out")" -gt 40 ] || fail "the run is not remembered"

# A large file is not read as a whole: its damage shows in use.
python3 - "$db" "$PWD" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executemany("INSERT INTO attempt (suite, test, program, run, attempt, outcome, wall_ns, cpu_ns,"
    " mem_peak_bytes, mem_working_bytes, mem_limit_bytes, taken_wall_ns)"
    " VALUES (?, ?, ?, 'r', 1, 'passed', 1, 1, 1, 1, 1, ?)",
    ((sys.argv[2], "test %d " % i + "x" * 2000, "program", i) for i in range(3000)))
db.commit()
END
[ "$(stat -c %s "$db")" -gt 9000000 ] || fail "it is not large"
damage
expect 0 isorun suite -q lines:tests
has "^warning: history '.*history.db': was damaged; moved to '.*history.db.broken-2' and begun anew"
has '^100 passed'
expect 0 isorun history
[ "$(wc -l <"$out")" -gt 40 ] || fail "the run is not remembered"
