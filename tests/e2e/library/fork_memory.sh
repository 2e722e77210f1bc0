# SPDX-License-Identifier: Apache-2.0
# The kernel's killer takes the fork, not the process that it is a fork of.
. "$E2E/lib.sh"
. "$E2E/library/forked"
expect 0 forked hog
prints "outcome 3, exit status -1, signal 9, leftovers 0"
# Less than the page tables of the fork itself need.
expect 0 forked pass limits.memory=2M
prints "outcome 0, exit status 0, signal 0, leftovers 0"
