# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# No test sees or signals another's processes.
. "$E2E/lib.sh"

need_namespaces

"$ISORUN" "$PROBE" sleep "30s" >first 2>&1 &
launcher=$!
own $launcher
within 10 grep -q ready first
expect 0 isorun sh -c 'cat /proc/[0-9]*/cmdline | tr "\0" " "'
lacks "sleep 30s"
expect 1 isorun sh -c "kill -0 $launcher 2>/dev/null"
kill $launcher
wait $launcher || :
