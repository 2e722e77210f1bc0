# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# An overlay or a read-only tree in / is refused, not left out without a word.
. "$E2E/lib.sh"

need_namespaces

here=$PWD
cd / || exit 1
for how in overlay readonly; do
	expect 2 isorun --workspace $how touch "$here/written"
	says "workspace '/'"
	says '^hint: '
done
[ ! -e "$here/written" ] || fail "written outside of the overlay"
expect 0 isorun --workspace shared touch "$here/written"
# What strict makes read-only is so in / too.
expect 1 isorun -p strict --workspace readonly touch "$here/again"
[ ! -e "$here/again" ] || fail "strict let it write"
