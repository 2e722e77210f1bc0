# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# -k takes words, and, or, not and parentheses.
. "$E2E/lib.sh"

printf 'true alpha one\ntrue alpha two\ntrue beta one\n' >tests
count() { isorun list -k "$1" lines:tests 2>"$err" | grep -c true; }
[ "$(count 'alpha')" = 2 ] || fail "alpha: $(count alpha)"
[ "$(count 'alpha and one')" = 1 ] || fail "and"
[ "$(count 'not alpha')" = 1 ] || fail "not"
[ "$(count 'beta or two')" = 2 ] || fail "or"
[ "$(count 'not (beta or two)')" = 1 ] || fail "parentheses"
