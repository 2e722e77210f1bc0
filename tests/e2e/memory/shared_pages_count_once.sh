# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What a server shares with the processes that it forks is its memory once.
. "$E2E/lib.sh"

cat >server.py <<'END'
import os, time
memory = bytearray(100 << 20)
children = []
for i in range(5):
    child = os.fork()
    if child == 0:
        time.sleep(1)
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
END
expect 0 isorun --memory 200M --status s.json python3 server.py
[ "$(json s.json oom_kills)" = 0 ] || fail "it was killed"
[ "$(json s.json mem_peak_bytes)" -gt 100000000 ] || fail "a peak of $(json s.json mem_peak_bytes)"
[ "$(json s.json mem_peak_bytes)" -lt 209715200 ] || fail "a peak of $(json s.json mem_peak_bytes)"
expect 137 isorun --memory 64M python3 server.py
