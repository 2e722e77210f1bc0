# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Two tests bind the same port at the same time.
. "$E2E/lib.sh"

need_namespaces

"$ISORUN" "$PROBE" bind 8080 30s >first 2>&1 &
launcher=$!
own $launcher
within 10 grep -q bound first
expect 0 isorun "$PROBE" bind 8080
prints bound
expect 1 isorun "$PROBE" connect 8080
kill $launcher
wait $launcher || :
