# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Without namespaces, with a limit or by looking: too much memory is called by its
# name, also in children of threads.
. "$E2E/lib.sh"

cat >fill.py <<'END'
import time
b = bytearray(100 << 20)
time.sleep(60)
END
cat >thread.py <<'END'
import subprocess, sys, threading
t = threading.Thread(target=subprocess.run, args=([sys.executable, "fill.py"],))
t.start()
t.join()
sys.exit(137)
END
for program in fill.py thread.py; do
	expect 137 timeout 40 "$PROBE" refuse-namespaces "$ISORUN" --memory 64M \
		--status status.json python3 $program
	says '^isorun: out of memory: .* limit of 64M'
	[ "$(json status.json verdict)" = out-of-memory ] || fail "$(cat status.json)"
done
