# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# /proc lists the sandbox's processes and no other.
. "$E2E/lib.sh"

need_namespaces

expect 0 isorun sh -c 'cd /proc; for p in [0-9]*; do echo $p; done'
[ "$(wc -l <"$out")" -le 3 ] || fail "more processes than the sandbox has"
expect 0 isorun sh -c "kill -0 $$ 2>/dev/null && grep -q e2e /proc/$$/cmdline || echo apart"
prints apart
