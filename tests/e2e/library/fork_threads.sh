# SPDX-License-Identifier: Apache-2.0
# Two threads fork while four others allocate and print: each fork can use the C
# library, make threads and fork.
. "$E2E/lib.sh"
. "$E2E/library/forked"
expect 0 forked threads
prints sound
