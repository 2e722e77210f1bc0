# SPDX-License-Identifier: Apache-2.0
# However a fork ends, its box says so.
. "$E2E/lib.sh"
. "$E2E/library/forked"
expect 0 forked pass
prints "outcome 0, exit status 0, signal 0, leftovers 0"
expect 0 forked exit
prints "outcome 1, exit status 7, signal 0, leftovers 0"
expect 0 forked abort
prints "outcome 4, exit status -1, signal 6, leftovers 0"
expect 0 forked exec
prints "outcome 1, exit status $((($(id -u) + 5) % 256)), signal 0, leftovers 0"
expect 0 forked daemon
prints "outcome 0, exit status 0, signal 0, leftovers 1"
STAY=62.$$
export STAY
expect 0 forked stay limits.timeout=200ms limits.grace=1s
prints "outcome 2, exit status -1, signal 15, leftovers 0"
dead sleep "$STAY"
