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
