# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# POSIX shared memory and message queues of one name are made twice.
. "$E2E/lib.sh"

need_namespaces

for what in shm mq; do
	expect 0 isorun "$PROBE" $what "/isorun-e2e-$$"
	expect 0 isorun "$PROBE" $what "/isorun-e2e-$$"
	[ ! -e "/dev/shm/isorun-e2e-$$" ] || fail "shared memory reached the host"
done
