# SPDX-License-Identifier: Apache-2.0
# A fork keeps the descriptors of its parent, unless told not to, and has none
# of the library's own: those of an older box would be two dozen.
. "$E2E/lib.sh"
. "$E2E/library/forked"
python3 - "$forker" "$run_dir" "$profiles" >"$out" 2>"$err" <<'END'
import os, subprocess, sys
os.dup2(1, 100)
def say(case, *options, keep=(), **more):
    done = subprocess.run([*sys.argv[1:], case, *options], stdout=subprocess.PIPE, text=True,
                          pass_fds=keep, env={**os.environ, "OLDER": "1", "STAY": "64", **more})
    print(done.stdout.splitlines()[0])
say("fds", keep=[100])
say("fds", "close", keep=[100])
say("fds", "close", "process.pass-fd=100", keep=[100])
say("own-fds")
# Where memory is polled, an older one has a timer for it after a while.
say("own-fds", **({"WATCHED": "1"} if os.environ["CGROUP"] == "none" else {}))
say("older")
END
prints "descriptor kept
descriptor closed
descriptor kept
0 more
0 more
1 1 1"
