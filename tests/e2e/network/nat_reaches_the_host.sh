# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154
# A server on the host's side is reached with --net nat by the host's address, and
# not without; one on the host's loopback never is.
. "$E2E/lib.sh"

need_namespaces
need_nat

address=$(own_address)
serve 0.0.0.0 port
serve 127.0.0.1 local_port
expect 0 isorun --net nat python3 -c "$hear" "$address" "$(cat port)"
prints hello
quiet
expect 1 isorun --net loopback python3 -c "$hear" "$address" "$(cat port)"
expect 0 python3 -c "$hear" 127.0.0.1 "$(cat local_port)"
for at in 127.0.0.1 10.254.254.1; do
	isorun --net nat timeout 3 python3 -c "$hear" $at "$(cat local_port)" >"$out" 2>"$err" &&
		fail "the host's loopback was reached at $at"
done
:
