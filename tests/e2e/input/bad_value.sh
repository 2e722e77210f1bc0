# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A value that an option does not know is told with those it knows.
. "$E2E/lib.sh"

expect 2 isorun --net lopback true
says "loopback"
expect 2 isorun --workspace overly true
says "overlay"
for pattern in /abs/x ../x /; do
	expect 2 isorun --keep $pattern true
	says "option '--keep': keep '"
done
expect 2 isorun --user 4294967295 true
says "user .4294967295.: "
expect 2 isorun --user 0:4294967295 true
expect 2 isorun --hide "" true
says "an empty path"
expect 2 isorun --share ntework true
says "--share"
