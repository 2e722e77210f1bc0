# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Whoever holds the database keeps no run from its end: a bounded wait, a line, and on.
. "$E2E/lib.sh"

printf 'true\n' >tests
expect 0 isorun suite -q lines:tests
python3 - "$ISORUN_STATE_DIR/history.db" <<'END' &
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN EXCLUSIVE")
open("held", "w").close()
time.sleep(600)
END
holder=$!
own $holder
within 20 test -e held
began=$(date +%s)
expect 0 isorun suite -q lines:tests
[ $(($(date +%s) - began)) -lt $((10 * SLOW)) ] || fail "it waited too long"
has 'warning: this run is not remembered: .*history.db.*locked'
has '^1 passed'
kill "$holder"
wait "$holder" 2>/dev/null
expect 0 isorun suite -q lines:tests
lacks 'not remembered'

# Likewise the lock of its directory, which is held while a broken file is moved.
python3 - "$ISORUN_STATE_DIR" <<'END' &
import fcntl, os, sys, time
fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
open("held-2", "w").close()
time.sleep(600)
END
own $!
within 20 test -e held-2
expect 0 isorun suite -q lines:tests
says 'past runs are not known: .*another process holds'
