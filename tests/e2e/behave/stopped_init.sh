# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test that shares the host's processes and stops its own init is ended at its time
# limit all the same, and leaves nobody.
. "$E2E/lib.sh"

need_namespaces
# shellcheck disable=SC2016 # expanded by the inner shell
expect 124 timeout 20 "$ISORUN" --share pid --timeout 1s --grace 1s \
	sh -c 'echo $$ >pid; kill -STOP $PPID; exec sleep 1000'
within 10 dead "$(cat pid)"
