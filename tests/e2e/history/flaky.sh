# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --flaky goes by how often a test fails, and tells how sure that is.
. "$E2E/lib.sh"

cat >isorun.ini <<'END'
[suite]
workspace = shared

[test seldom]
command = echo x >>seldom; test $(wc -l <seldom) != 3

[test often]
command = echo x >>often; test $(($(wc -l <often) % 2)) = 0

[test never]
command = true
END
expect 1 isorun suite --repeat 10
expect 0 isorun history --flaky
has '^ +[0-9.]+m?u?s .* 10 +5   50\.0 %   23\.7-76\.3   often$'
has '10\.0 %    1\.8-40\.4   seldom$'
lacks 'never'
sed -n 2p "$out" | grep -q 'often$' || fail "the one that fails more often is not the first"
expect 0 isorun history --flaky --json
cp "$out" flaky.json
[ "$(json flaky.json tests.0.failed)" = 5 ] || fail "not five failures"
[ "$(json flaky.json tests.1.passed)" = 9 ] || fail "not nine passes"
expect 0 isorun history seldom
has '^failed: 1 of 10, 10\.0 % \(95 % sure: 1\.8 to 40\.4 %\)$'
has '^time: .* median of the newest 5 that passed; .* of the 4 before'
expect 2 isorun history seldom --flaky
expect 2 isorun history 'no such'
says "test 'no such': no past attempt"
