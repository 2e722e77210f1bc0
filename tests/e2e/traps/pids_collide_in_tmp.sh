# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# 1. Names made of a pid do not collide: a private pid namespace has a private /tmp.
. "$E2E/lib.sh"

seq 1 8 | xargs -P4 -I{} "$ISORUN" sh -c 'set -C; echo mine >/tmp/name.$$ && sleep 0.05' ||
	fail "names made of a pid collide"
expect 0 isorun --share pid sh -c 'echo ok'
