# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# GNU parallel and xargs, before whose command the launcher stands.
. "$E2E/lib.sh"

need_cmd parallel
clashing
seq 40 >list
hooked 'parallel --will-cite -j8 ./clash <list' 'parallel --will-cite --joblog log -j8 isorun ./clash <list'
[ "$(wc -l <log)" = 41 ] || fail "not all 40 were run: $(wc -l <log)"
hooked 'xargs -n1 -P8 ./clash <list' 'xargs -n1 -P8 isorun ./clash <list'
[ "$(grep -c '^bound' "$out")" = 40 ] || fail "not all 40 were run"
