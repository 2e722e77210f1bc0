# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# An isorun in a test that shares its groups and files with the host does not wait
# for the memory that the test itself holds, and takes none of anybody's budget.
. "$E2E/lib.sh"

# Where the test sees no group either.
expect 0 timeout 20 "$ISORUN" --budget 300M --memory 250M \
	"$ISORUN" --memory 100M --budget 300M sh -c 'echo inside'
prints inside
expect 0 timeout 20 "$ISORUN" -p shared --budget 300M --memory 250M \
	"$ISORUN" --memory 100M --budget 300M sh -c 'echo inside'
prints inside

need_root
need_cgroup
expect 0 timeout 20 "$ISORUN" -p shared --budget 600M --memory 500M \
	"$ISORUN" --memory 200M --budget 300M sh -c 'echo inside'
prints inside
expect 0 timeout 20 "$ISORUN" -p shared "$ISORUN" -p shared "$ISORUN" sh -c 'echo inside'
prints inside
printf 'echo 1\necho 2\necho 3\n' >tests.lines
expect 0 timeout 30 "$ISORUN" -p shared --memory 200M "$ISORUN" suite -j2 lines:tests.lines
has '^3 passed'

# Who declares nothing inside may use all that the outer one has.
expect 0 timeout 20 "$ISORUN" -p shared --memory 250M "$ISORUN" "$PROBE" alloc 150M

# The limit is the outer one's all the same.
expect 137 timeout 20 "$ISORUN" -p shared --memory 100M "$ISORUN" "$PROBE" alloc 300M --hold 20s
says 'killed at a limit of|out of memory'
