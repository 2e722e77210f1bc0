# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# isorun status names who holds what.
. "$E2E/lib.sh"

"$ISORUN" --memory 150M "$PROBE" sleep 60s >ready &
holder=$!
own $holder
within 10 grep -q ready ready
expect 0 isorun status
has '150M'
has 'probe'
kill $holder
wait $holder
expect 0 isorun status
lacks '150M'
