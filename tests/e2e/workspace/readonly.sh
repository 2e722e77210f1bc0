# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# With a read-only workspace writes fail.
. "$E2E/lib.sh"

need_namespaces

expect 0 isorun --workspace readonly sh -c \
	'if (echo x >file) 2>/dev/null; then echo written; else echo refused; fi'
prints refused
[ ! -e file ] || fail "the tree was written"
