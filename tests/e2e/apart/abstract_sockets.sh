# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# An abstract socket of one test is not reached from another.
. "$E2E/lib.sh"

need_namespaces

"$ISORUN" "$PROBE" abstract "isorun-$$" 30s >first 2>&1 &
launcher=$!
own $launcher
within 10 grep -q bound first
expect 0 isorun "$PROBE" abstract "isorun-$$"
expect 1 isorun "$PROBE" abstract-connect "isorun-$$"
kill $launcher
wait $launcher || :
