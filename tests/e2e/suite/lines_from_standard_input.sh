# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# lines:- reads the tests from standard input.
. "$E2E/lib.sh"

printf 'true\ntrue\ntrue\n' | "$ISORUN" suite --junit junit.xml lines:- >"$out" 2>"$err" ||
	fail "the suite failed"
[ "$(cases junit.xml | grep -c '^passed')" = 3 ] || fail "$(cases junit.xml)"
