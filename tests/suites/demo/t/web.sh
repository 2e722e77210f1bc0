#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A web server on the port that everybody takes, and a client that expects it
# to be this test's own.
set -eu
dir=$(mktemp -d)
echo "page of test $1" >"$dir/index.html"
python3 -m http.server --bind 127.0.0.1 --directory "$dir" 8080 >"$dir/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server || :; rm -rf "$dir"' EXIT
python3 - "$1" <<'END'
import sys, time, urllib.request
deadline = time.monotonic() + 10
while True:
    try:
        page = urllib.request.urlopen("http://127.0.0.1:8080/", timeout=5).read().decode()
        break
    except OSError as e:
        if time.monotonic() > deadline:
            sys.exit(f"no answer on port 8080: {e}")
        time.sleep(0.02)
want = f"page of test {sys.argv[1]}"
sys.exit(0 if page.strip() == want else f"port 8080 served '{page.strip()}' instead of '{want}'")
END
kill -0 $server || { tail -n 1 "$dir/log" >&2; exit 1; }
