# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The test runs as the caller.
. "$E2E/lib.sh"

expect 0 isorun sh -c 'id -u; id -g'
prints "$(id -u)
$(id -g)"
echo mine >file
expect 0 isorun sh -c 'stat -c %u file; echo x >made'
prints "$(id -u)"
[ "$(stat -c %u made)" = "$(id -u)" ] || fail "a file made inside belongs to another"
