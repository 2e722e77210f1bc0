# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A stored run is rendered again as JUnit with the same outcomes.
. "$E2E/lib.sh"

printf 'true\nfalse\n' >tests
expect 1 isorun suite --junit first.xml lines:tests
expect 0 isorun report --junit second.xml
[ "$(cases first.xml)" = "$(cases second.xml)" ] || fail "$(cases second.xml)"
