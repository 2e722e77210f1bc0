# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A file of bats is a test, found in a directory by itself.
. "$E2E/lib.sh"

need_cmd bats
mkdir test
printf '@test "good" {\n\ttrue\n}\n' >test/good.bats
printf '@test "good too" {\n\ttrue\n}\n@test "bad one" {\n\tfalse\n}\n' >test/bad.bats
expect 1 isorun suite --junit junit.xml .
cases junit.xml >ended
[ "$(cat ended)" = "failure test/bad.bats
passed test/good.bats" ] || fail "$(cat ended)"
has 'bad one'
expect 2 isorun suite 'bats:*.bats'
says 'no file in .* matches'
