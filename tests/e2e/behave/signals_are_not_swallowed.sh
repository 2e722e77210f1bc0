# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test that kills itself dies, though it is alone in a pid namespace.
. "$E2E/lib.sh"

expect 139 isorun sh -c 'kill -SEGV $$'
expect 137 isorun sh -c 'kill -9 $$'
expect 134 isorun "$PROBE" abort
expect 143 isorun sh -c 'kill -TERM $$'
expect 129 isorun sh -c 'kill -HUP $$'
