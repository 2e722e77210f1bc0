# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Ctrl-C ends all tests and the reports are still written.
. "$E2E/lib.sh"

printf 'sleep 66.%s\nsleep 66.%s\ntrue\n' $$ $$ >tests
# A shell starts background commands with SIGINT ignored.
env --default-signal=INT "$ISORUN" suite -j3 --memory 32M \
	--junit junit.xml --json events.json lines:tests >"$out" 2>"$err" &
runner=$!
own $runner
within 20 alive "sleep 66.$$"
within 20 grep -q '"passed"' events.json
kill -INT $runner
wait $runner
got=$?
[ $got = 130 ] || fail "it ended with $got and not by SIGINT"
has '^1 passed, 0 failed, 0 skipped, 2 not run$'
within 5 dead "sleep 66.$$"
cases junit.xml >found
has '^passed' found
events events.json run-finished >found
[ -s found ] || fail "the event log has no end"
events events.json interrupted >found
[ -s found ] || fail "the event log does not tell of the interruption"
