# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A server and its client meet on 127.0.0.1, on a port that may be taken outside.
. "$E2E/lib.sh"

expect 0 isorun sh -c '
	"$1" bind 8080 20s >up & server=$!
	until grep -q bound up 2>/dev/null; do sleep 0.01; done
	"$1" connect 8080; r=$?
	kill $server
	exit $r' sh "$PROBE"
prints connected
