# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154
# Nothing comes in: what a test listens on is not there on the host, and two
# tests with a way out listen on one port.
. "$E2E/lib.sh"

need_namespaces
need_nat

listen='import socket, sys, time
s = socket.create_server(("0.0.0.0", 4711))
print("listens", flush=True)
time.sleep(30)'
"$ISORUN" --net nat python3 -c "$listen" >first 2>&1 &
own $!
"$ISORUN" --net nat python3 -c "$listen" >second 2>&1 &
own $!
within 10 grep -q listens first
within 10 grep -q listens second
for at in 127.0.0.1 "$(own_address)"; do
	expect 1 python3 -c "$hear" "$at" 4711
	says 'refused'
done
