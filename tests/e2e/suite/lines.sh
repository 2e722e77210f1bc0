# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Every line of a file is a test; the exit status tells whether all passed.
. "$E2E/lib.sh"

printf 'true\n\n# a comment\nsh -c "exit 0"\n' >good
expect 0 isorun suite --junit junit.xml lines:good
[ "$(cases junit.xml | grep -c '^passed')" = 2 ] || fail "$(cases junit.xml)"
printf 'true\nfalse\n' >bad
expect 1 isorun suite --junit junit.xml lines:bad
[ "$(cases junit.xml | cut -d' ' -f1 | tr '\n' ' ')" = "failure passed " ] || fail "$(cases junit.xml)"
