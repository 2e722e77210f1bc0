# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# One file takes what is known from a machine to another, and nothing twice.
. "$E2E/lib.sh"

attempts() { isorun history "$1" | grep -c ' passed$'; }
printf 'true\necho two\n' >tests
expect 0 isorun suite lines:tests
expect 0 isorun history export known.db
prints 'known.db: 2 attempts'
[ ! -e known.db-wal ] || fail "it is more than one file"

# Another machine, and another checkout.
ISORUN_STATE_DIR=$PWD/other
export ISORUN_STATE_DIR
mkdir checkout && cd checkout || exit 1
expect 0 isorun suite lines:../tests
expect 0 isorun history import ../known.db
has '2 new attempts'
[ "$(attempts true)" = 2 ] || fail "not merged"
expect 0 isorun history import ../known.db
has '0 new attempts'
[ "$(attempts true)" = 2 ] || fail "twice is not once"
expect 0 isorun history export ../known.db
has '4 attempts'

# What is no history of ours is refused, and nothing is lost.
python3 - <<'END'
import sqlite3
db = sqlite3.connect("../known.db")
db.execute("PRAGMA user_version = 99")
db.commit()
END
expect 2 isorun history import ../known.db
says "^isorun: history '.*known.db': schema 99 is of a newer isorun, this one knows [0-9]+"
expect 2 isorun history import ../tests
says 'not a database'
expect 2 isorun history import missing
says "import 'missing': No such file"
expect 2 isorun history export "$ISORUN_STATE_DIR/history.db"
says 'that is the history itself'
expect 125 isorun history export no/such/dir/file
[ "$(attempts true)" = 2 ] || fail "something was lost"
[ -z "$(ls ../*.new* 2>/dev/null)" ] || fail "half a file is left"

expect 2 isorun history export
says 'export and import need a file'
