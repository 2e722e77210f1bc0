# SPDX-License-Identifier: Apache-2.0
# A fork in a sandbox forks into one again where its profile permits, and else
# is told why not.
. "$E2E/lib.sh"
need_root
. "$E2E/library/forked"
expect 0 forked nested
has "^nested: make namespaces"
expect 0 forked nested process.seccomp=off process.capabilities=all filesystem.readonly=none
prints "outcome 1, exit status 15, signal 0, leftovers 0"
