# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# To become somebody else takes capabilities that the test does not keep.
. "$E2E/lib.sh"

need_namespaces
need_root
for user in nobody 65534:65534 0:65534; do
	expect 0 isorun --profile strict --user "$user" sh -c '
		id -g
		grep -E "^Cap(Prm|Eff|Bnd)" /proc/self/status'
	has '^65534$'
	[ "$(grep -c '0000000000000000$' "$out")" = 3 ] || fail "capabilities are left"
done
expect 0 isorun --profile strict --user nobody sh -ec '
	echo mine >/dev/shm/file
	cat /dev/shm/file
	python3 -c "import os; print(os.ttyname(os.openpty()[1]))"'
prints 'mine
/dev/pts/0'
