# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A reservation is free again as soon as its isorun was killed with SIGKILL.
. "$E2E/lib.sh"

"$ISORUN" --budget 200M --memory 150M "$PROBE" sleep 60s >ready &
holder=$!
own $holder
within 10 grep -q ready ready
"$ISORUN" --budget 200M --memory 150M true &
waiter=$!
own $waiter
kill -9 $holder
within 10 gone_child $waiter
wait $waiter || fail "the waiter failed"
