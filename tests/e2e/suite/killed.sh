# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# When isorun suite is killed with SIGKILL nothing of its tests survives.
. "$E2E/lib.sh"

printf 'sleep 67.%s\nsleep 67.%s\n' $$ $$ >tests
"$ISORUN" suite -j2 --memory 32M lines:tests >"$out" 2>"$err" &
runner=$!
own $runner
within 20 alive "sleep 67.$$"
kill -9 $runner
within 5 dead "sleep 67.$$"
within 5 no_dead_leaves
