# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# catch2: names with all that its expressions know are taken as they are.
. "$E2E/lib.sh"

cat >a.cc <<'END'
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
TEST_CASE("adds, [well] \"q\"", "[math]") { CHECK(1 + 1 == 2); }
TEST_CASE("bad\\slash * and ~") { CHECK(false); }
TEST_CASE("plain") { SECTION("a") { CHECK(true); } SECTION("b") { CHECK(true); } }
TEST_CASE("hidden", "[.]") { CHECK(false); }
END
expect 0 g++ -o a a.cc
expect 1 isorun suite catch2:a
has '^2 passed, 1 failed'
has '  \| test cases: 1 \| 1 failed'

# Short cases share launches, once they are known.
cat >many.cc <<'END'
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#include <cstdlib>
TEST_CASE("adds, [well] \"q\"", "[math]") { CHECK(true); }
TEST_CASE("bad\\slash") { CHECK(!getenv("BAD")); }
TEST_CASE("quits") { if (getenv("CRASH")) abort(); }
END
for i in $(seq 4 40); do
	echo "TEST_CASE(\"c$i\") { SECTION(\"a\") {} SECTION(\"b\") {} }"
done >>many.cc
expect 0 g++ -O0 -o many many.cc
launches() { sed -n 's/.*"own_attempts":\([0-9]*\).*/\1/p' "$ISORUN_STATE_DIR/runs/last/events.jsonl"; }
auto() { isorun suite -j2 --granularity auto catch2:many; }
expect 0 auto
[ "$(launches)" = 40 ] || fail "$(launches) launches without a history"
expect 0 auto
has '^40 passed, 0 failed'
[ "$(launches)" -lt 20 ] || fail "$(launches) launches of 40 cases"
BAD=1 expect 1 auto
has '^39 passed, 1 failed'
has 'FAIL  many::bad.slash: '
CRASH=1 expect 1 auto
has '^39 passed, 1 failed'
has 'CRASH many::quits: killed by SIGABRT$'
