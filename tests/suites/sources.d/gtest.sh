# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# gtest: cases, typed and parametrized ones too; each runs alone.
. "$E2E/lib.sh"

cat >a.cc <<'END'
#include <cstdio>
#include <gtest/gtest.h>
TEST(Files, First) { ASSERT_EQ(fopen("/tmp/x", "r"), nullptr); fclose(fopen("/tmp/x", "w")); }
TEST(Files, Second) { ASSERT_EQ(fopen("/tmp/x", "r"), nullptr); fclose(fopen("/tmp/x", "w")); }
TEST(Files, DISABLED_Third) { FAIL(); }
TEST(Some, Skips) { GTEST_SKIP() << "why"; }
TEST(Bad, Fails) { EXPECT_EQ(1, 2); }
TEST(Bad, Crashes) { __builtin_trap(); }
class Even : public testing::TestWithParam<int> {};
TEST_P(Even, Is) { EXPECT_EQ(GetParam() % 2, 0); }
INSTANTIATE_TEST_SUITE_P(Some, Even, testing::Values(2, 4));
template <class T> class Typed : public testing::Test {};
using Types = testing::Types<int, char>;
TYPED_TEST_SUITE(Typed, Types);
TYPED_TEST(Typed, Works) { EXPECT_GE(sizeof(TypeParam), 1u); }
END
expect 0 g++ -o a a.cc -lgtest -lgtest_main -lpthread
expect 1 isorun suite --junit junit.xml gtest:a
has '^6 passed, 2 failed, 1 skipped'
has 'a::Bad.Crashes: killed by SIG(TRAP|ILL)'
expect 1 isorun suite --granularity suite gtest:a
has '^4 passed, 2 failed'
has '  FAIL .*a::Files'
expect 1 isorun suite --granularity program gtest:a
