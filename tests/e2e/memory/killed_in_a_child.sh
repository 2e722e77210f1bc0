# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# In a suite a test does not pass by its exit status of 0 where a child of it was killed
# for memory, and does with enough of it.
. "$E2E/lib.sh"

need_cgroup
echo "$PROBE child-alloc 100M" >tests
expect 1 isorun suite --budget 80M --memory 64M --json events.json lines:tests
events events.json attempt-finished >found
has 'a process of it was killed at the memory limit of .*M, though it exited 0' found
expect 0 isorun suite --budget 400M --memory 64M lines:tests
