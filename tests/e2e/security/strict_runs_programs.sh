# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Strict is no use where nothing runs in it: a compiler and Python do.
. "$E2E/lib.sh"

need_namespaces
need_cmd cc
expect 0 isorun --profile strict python3 -c '
import multiprocessing, os, secrets, subprocess, tempfile
with tempfile.TemporaryFile() as f:
    f.write(secrets.token_bytes(8))
multiprocessing.Semaphore()
subprocess.run(["true"], stdin=subprocess.DEVNULL, check=True)
print(len(os.urandom(4)))'
prints 4
cat >main.c <<-END
	#include <stdio.h>
	int main(void) { puts("compiled"); return 0; }
END
expect 0 isorun --profile strict sh -c 'cc -pipe -o main main.c && ./main'
prints compiled
[ ! -e main ] || fail "strict wrote to the workspace"
