# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Standard input, output and error pass through untouched, bytes and order.
. "$E2E/lib.sh"

head -c 3000000 /dev/urandom >data
"$ISORUN" cat <data >copy 2>"$err" || fail "cat failed"
cmp data copy || fail "the bytes differ"
quiet
expect 0 isorun sh -c 'echo out; echo err >&2'
prints out
says '^err$'
