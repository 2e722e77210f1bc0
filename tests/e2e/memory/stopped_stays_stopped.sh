# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A process that the test itself has stopped is still stopped after a pause at the
# memory limit, and one that ran goes on.
. "$E2E/lib.sh"

cat >both.sh <<END
sleep 60 & own=\$!
sleep 60 & other=\$!
kill -STOP \$own
until grep -q '^State:.T' /proc/\$own/status; do :; done
echo ready >began
"$PROBE" alloc 200M --hold 300ms || exit 3
until grep -q '^State:.S' /proc/\$other/status; do :; done
grep '^State:' /proc/\$own/status
kill -KILL \$own \$other
END
"$ISORUN" --budget 300M --memory 160M "$PROBE" sleep 60s >ready &
holder=$!
own $holder
within 10 grep -q ready ready
"$ISORUN" --budget 300M --status s.json sh both.sh >"$out" 2>"$err" &
paused=$!
own $paused
pauses() { "$ISORUN" status --json | grep -q '"pauses"'; }
within 10 pauses
[ -s began ] || fail "it paused too soon"
kill $holder
wait $paused || fail "it did not pass"
has '^State:.T'
[ "$(json s.json pauses)" -ge 1 ] || fail "no pause was counted"
