# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --strict refuses a host without namespaces with one clear line.
. "$E2E/lib.sh"

expect 125 bare --strict sh -c 'echo ran >ran'
if [ "$CGROUP" = none ]; then
	says '^isorun: --strict: no memory limit: '
else
	says '^isorun: --strict: no namespaces: make namespaces: '
fi
[ "$(grep -c '^isorun: ' "$err")" = 1 ] || fail "more than one line"
[ ! -e ran ] || fail "the command was run"
