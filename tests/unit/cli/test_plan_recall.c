/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/plan_recall.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/time.h"

#define US NSEC_PER_USEC

static char dir[] = "/tmp/test_plan_recall.XXXXXX";

static char *below(const char *name)
{
	struct buf b = BUF_INIT;
	char *path;
	buf_addf(&b, "%s/%s", dir, name);
	assert_int_equal(buf_finish(&b, &path), 0);
	return path;
}

static void write_log(const char *text)
{
	_cleanup_free_ char *path = below("runs/last/events.jsonl");
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static struct plan_sim_options recall(unsigned jobs)
{
	struct plan_sim_options o = { .limits = { .jobs = jobs } };
	plan_recall_own(dir, &o);
	return o;
}

static int make_dirs(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	_cleanup_free_ char *runs = below("runs");
	_cleanup_free_ char *last = below("runs/last");
	return mkdir(runs, 0700) < 0 ? -1 : mkdir(last, 0700);
}

static int remove_dirs(void **state)
{
	(void)state;
	_cleanup_free_ char *log = below("runs/last/events.jsonl");
	_cleanup_free_ char *runs = below("runs");
	_cleanup_free_ char *last = below("runs/last");
	(void)unlink(log);
	(void)rmdir(last);
	(void)rmdir(runs);
	return rmdir(dir);
}

#define FINISHED(attempts, own_ms, cpu_ms, sum_ms, wall_ms)                                  \
	"{\"event\":\"run-finished\",\"wall_ns\":" #wall_ms "000000,\"sum_ns\":" #sum_ms     \
	"000000,\"own_attempts\":" #attempts ",\"own_ns\":" #own_ms "000000,\"own_cpu_ns\":" \
	#cpu_ms "000000}\n"

static void where_nothing_ran_it_is_two_milliseconds(void **state)
{
	(void)state;
	assert_int_equal(recall(2).own_ns, 2200 * US);
	assert_int_equal(recall(2).own_cpu_ns, 1800 * US);
	const char *const useless[] = {
		"", "\n", "{\"event\":\"run-fin", "{\"event\":\"test-finished\"}\n",
		"{\"event\":\"run-finished\",\"wall_ns\":1}\n", "7\n",
		FINISHED(0, 0, 0, 0, 1), FINISHED(5, -3, 1, 1, 1),
	};
	for (size_t i = 0; i < sizeof(useless) / sizeof(useless[0]); i++) {
		write_log(useless[i]);
		assert_int_equal(recall(2).own_ns, 2200 * US);
		assert_int_equal(recall(2).own_cpu_ns, 1800 * US);
	}
}

/* Ten that were measured elsewhere count as much as any ten of the run. */
static void the_newest_run_says_what_an_attempt_costs(void **state)
{
	(void)state;
	write_log("{\"event\":\"run-started\"}\n" FINISHED(990, 4978, 1982, 3000, 3989));
	assert_int_equal(recall(2).own_ns, 5000 * US);
	assert_int_equal(recall(2).own_cpu_ns, 2000 * US);
	assert_int_equal(recall(8).own_ns, 5000 * US);
}

static void the_last_line_of_a_long_log_counts(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	_cleanup_free_ char *text = NULL;
	for (int i = 0; i < 1000; i++)
		buf_adds(&b, "{\"event\":\"test-finished\",\"test\":\"one\"}\n");
	buf_adds(&b, FINISHED(990, 4978, 1982, 3000, 3989));
	assert_int_equal(buf_finish(&b, &text), 0);
	write_log(text);
	assert_int_equal(recall(2).own_ns, 5000 * US);
}

/* Sixteen at once as a mean; of four each is done in a fourth of the time, but never
 * sooner than the cpu time allows. */
static void fewer_at_once_are_less_in_each_others_way(void **state)
{
	(void)state;
	write_log(FINISHED(1000, 15000, 1000, 1000, 1000));
	const int64_t all_ns = recall(16).own_ns;
	const int64_t four_ns = recall(4).own_ns;
	assert_true(all_ns > 14800 * US && all_ns < 15000 * US);
	assert_true(four_ns > all_ns / 4 - 10 * US && four_ns < all_ns / 4 + 30 * US);
	assert_true(recall(1).own_ns > 1150 * US && recall(1).own_ns < 1250 * US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_nothing_ran_it_is_two_milliseconds),
		cmocka_unit_test(the_newest_run_says_what_an_attempt_costs),
		cmocka_unit_test(the_last_line_of_a_long_log_counts),
		cmocka_unit_test(fewer_at_once_are_less_in_each_others_way),
	};
	return cmocka_run_group_tests(tests, make_dirs, remove_dirs);
}
