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
has '^3 passed, 2 failed, 1 skipped'
has '  FAIL .*a::Files'
expect 1 isorun suite --granularity program gtest:a

# Of a program that ends in the middle of it, the suite whose case does so.
cat >q.cc <<'END'
#include <cstdlib>
#include <gtest/gtest.h>
TEST(Quits, First) { exit(0); }
TEST(Quits, Second) {}
TEST(Works, Skips) { GTEST_SKIP() << "no network"; }
END
expect 0 g++ -o q q.cc -lgtest -lgtest_main -pthread
expect 1 isorun suite --granularity suite gtest:q
has '^0 passed, 1 failed, 1 skipped'
has 'FAIL  q::Quits: exit status 0, but it ended before all of its cases had'
has '^skip .*q::Works: no network$'

# Short cases share launches, once they are known, and come out as they do alone.
{
	echo '#include <cstdlib>'
	echo '#include <gtest/gtest.h>'
	echo 'TEST(Many, Skips) { GTEST_SKIP() << "no network"; }'
	echo 'TEST(Many, Crashes) { if (getenv("CRASH")) abort(); }'
	i=2
	while [ $((i += 1)) -le 300 ]; do echo "TEST(Many, C$i) {}"; done
} >many.cc
expect 0 g++ -O0 -o many many.cc -lgtest -lgtest_main -pthread
launches() { sed -n 's/.*"own_attempts":\([0-9]*\).*/\1/p' "$ISORUN_STATE_DIR/runs/last/events.jsonl"; }
few() { [ "$(launches)" -lt 150 ] || fail "$(launches) launches of 300 cases"; }
expect 0 isorun suite -j2 --granularity auto --junit alone.xml gtest:many
[ "$(launches)" = 300 ] || fail "$(launches) launches without a history"
expect 0 isorun suite -j2 --granularity auto --junit together.xml gtest:many
few
cases alone.xml >alone
cases together.xml | cmp - alone || fail "other outcomes"
[ "$(wc -l <alone)" = 300 ] || fail "$(wc -l <alone) cases"
expect 1 env CRASH=1 "$ISORUN" suite -j2 --granularity auto gtest:many
few
has '^298 passed, 1 failed, 1 skipped'
has 'CRASH many::Many.Crashes: killed by SIGABRT$'
