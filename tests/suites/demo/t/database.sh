#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A database at a fixed place in /tmp.
set -eu
db=/tmp/isorun-demo.db
rm -f $db
sqlite3 $db 'create table t (n integer primary key, who text)'
i=0
while [ $i -lt 10 ]; do
	sqlite3 $db "insert into t (who) values ('$1')"
	i=$((i + 1))
done
got=$(sqlite3 $db "select count(*) || ' rows of ' || count(distinct who) || ' test(s)' from t")
rm -f $db
[ "$got" = "10 rows of 1 test(s)" ] || { echo "found $got in $db" >&2; exit 1; }
