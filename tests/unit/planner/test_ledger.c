/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/ledger.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/time.h"

#include "ledger_place.h"

static void a_demand_equal_to_the_budget_is_granted_at_once(void **state)
{
	struct place *p = *state;
	struct ledger_claim *c = ask(p->ledger, BUDGET);
	assert_true(ledger_granted(c));
	assert_int_equal(ledger_mem_bytes(c), BUDGET);
	assert_int_equal(ledger_poll_fd(c), -1);
	ledger_release(c);
	assert_int_equal(count_rows(p->ledger), 0);
}

static void demands_that_fit_together_are_held_together(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = ask(p->ledger, 2000);
	struct ledger_claim *b = ask(p->ledger, 4000);
	assert_true(ledger_granted(a));
	assert_true(ledger_granted(b));
	assert_int_equal(ledger_slot(a), 0);
	assert_int_equal(ledger_slot(b), 1);
	ledger_release(a);
	struct ledger_claim *c = ask(p->ledger, 1);
	assert_int_equal(ledger_slot(c), 0); /* the lowest free */
	ledger_release(b);
	ledger_release(c);
}

static void demands_that_do_not_fit_run_one_after_the_other(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = ask(p->ledger, 4000);
	struct ledger_claim *b = ask(p->ledger, 4000);
	assert_false(ledger_granted(b));
	assert_false(is_readable(ledger_poll_fd(b), 0));
	ledger_release(a);
	assert_true(is_readable(ledger_poll_fd(b), 0)); /* by the release itself */
	assert_int_equal(ledger_attend(b, NULL), 1);
	assert_int_equal(ledger_mem_bytes(b), 4000);
	ledger_release(b);
}

static void asking_without_waiting_leaves_no_row_behind(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = ask(p->ledger, 4000);
	assert_null(ask_now(p->ledger, 4000));
	assert_int_equal(count_rows(p->ledger), 1);
	struct ledger_claim *b = ask_now(p->ledger, 2000);
	assert_non_null(b);
	ledger_release(a);
	ledger_release(b);
}

static void a_big_waiter_behind_a_stream_of_small_ones_starts(void **state)
{
	struct place *p = *state;
	struct ledger_claim *small[3];
	for (int i = 0; i < 3; i++)
		small[i] = ask(p->ledger, 1000);
	struct ledger_claim *big = ask(p->ledger, 5000);
	for (int i = 0; i < 3; i++) {
		assert_null(ask_now(p->ledger, 1001));
		assert_null(try_ask(p->ledger, 1, BUDGET, true, LEDGER_NOWAIT));
		ledger_release(small[i]);
	}
	assert_true(wait_granted(big));
	struct ledger_claim *beside = ask_now(p->ledger, 1000);
	assert_non_null(beside);
	ledger_release(big);
	ledger_release(beside);
}

static void a_small_one_passes_where_the_oldest_is_not_delayed(void **state)
{
	struct place *p = *state;
	struct ledger_claim *a = ask(p->ledger, 3000);
	struct ledger_claim *strict = try_ask(p->ledger, 1000, 3500, false, 0); /* its own budget */
	assert_false(ledger_granted(strict));
	assert_null(ask_now(p->ledger, 3000));
	ledger_release(a);
	assert_true(wait_granted(strict));
	struct ledger_claim *b = ask_now(p->ledger, 2500);
	assert_non_null(b);
	assert_null(ask_now(p->ledger, 1)); /* the budget in force is the smallest */
	ledger_release(strict);
	ledger_release(b);
}

static void a_demand_above_the_budget_gets_all_of_it_and_nothing_joins(void **state)
{
	struct place *p = *state;
	struct ledger_claim *small = ask(p->ledger, 1);
	struct ledger_claim *huge = ask(p->ledger, UINT64_MAX);
	assert_false(ledger_granted(huge));
	ledger_release(small);
	assert_true(wait_granted(huge));
	assert_int_equal(ledger_mem_bytes(huge), BUDGET);
	assert_null(ask_now(p->ledger, 1));
	ledger_release(huge);
}

static void an_alone_claim_has_the_whole_budget_and_no_company(void **state)
{
	struct place *p = *state;
	struct ledger_claim *alone = try_ask(p->ledger, 10, BUDGET, true, 0);
	assert_int_equal(ledger_mem_bytes(alone), BUDGET);
	assert_null(try_ask(p->ledger, 0, 2 * BUDGET, false, LEDGER_NOWAIT));
	ledger_release(alone);
}

static void a_waiter_that_gives_up_makes_room_for_those_behind_it(void **state)
{
	struct place *p = *state;
	struct ledger_claim *holder = ask(p->ledger, 4000);
	struct ledger_claim *big = ask(p->ledger, 6000);
	struct ledger_claim *small = ask(p->ledger, 2000);
	assert_false(ledger_granted(small));
	ledger_release(big);
	assert_true(wait_granted(small));
	ledger_release(holder);
	ledger_release(small);
}

static void the_list_shows_holders_first_and_waiters_by_age(void **state)
{
	struct place *p = *state;
	const struct ledger_request request = {
		.mem_bytes = 5000, .budget_bytes = BUDGET,
		.title = "a title that is a good deal longer than the sixty-three bytes "
			 "that a row has for it" };
	struct ledger_claim *holder = NULL;
	assert_int_equal(ledger_ask(p->ledger, &request, 0, &holder, NULL), 0);
	struct ledger_claim *first = ask(p->ledger, 3000);
	struct ledger_claim *second = ask(p->ledger, 2000);
	_cleanup_free_ struct ledger_row *rows = NULL;
	size_t n = 0;
	assert_int_equal(ledger_list(p->ledger, &rows, &n, NULL), 0);
	assert_int_equal(n, 3);
	assert_true(rows[0].held);
	assert_int_equal(rows[0].pid, getpid());
	assert_int_equal(rows[0].mem_bytes, 5000);
	assert_int_equal(strlen(rows[0].title), 63);
	assert_false(rows[1].held);
	assert_int_equal(rows[1].mem_bytes, 3000);
	assert_int_equal(rows[2].mem_bytes, 2000);
	assert_int_equal(rows[2].budget_bytes, BUDGET);
	assert_true(rows[2].since_ns > 0 && rows[2].since_ns <= time_now_ns());
	ledger_release(second);
	ledger_release(first);
	ledger_release(holder);
}

static void scribble(const char *dir, bool cut)
{
	_cleanup_free_ char *path = path_join(dir, "table");
	_cleanup_close_ int fd = open(path, O_WRONLY | (cut ? O_TRUNC : 0));
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "scribble", 8, 0), 8);
}

static void a_damaged_table_is_made_anew_when_nobody_lives_in_it(void **state)
{
	struct place *p = *state;
	for (int cut = 0; cut < 2; cut++) {
		ledger_close(p->ledger);
		scribble(p->dir, cut);
		p->ledger = open_ledger(p->dir);
		struct ledger_claim *c = ask(p->ledger, BUDGET);
		assert_true(ledger_granted(c));
		ledger_release(c);
	}
}

static void a_damaged_table_is_refused_while_somebody_lives_in_it(void **state)
{
	struct place *p = *state;
	const pid_t holder = fork_claimant(p->dir, 4000, true);
	scribble(p->dir, false);
	struct ledger *l = NULL;
	struct iso_err err = ISO_ERR_INIT;
	assert_int_equal(ledger_open(p->dir, &l, &err), -EBUSY);
	assert_int_equal(err.kind, ISO_ERR_HOST);
	assert_non_null(strstr(err.text, "damaged"));
	assert_null(l);
	struct ledger_claim *c = NULL;
	const struct ledger_request request = { .mem_bytes = 1, .budget_bytes = BUDGET };
	assert_int_equal(ledger_ask(p->ledger, &request, 0, &c, &err), -EBADMSG);
	kill_and_reap(holder);
}

static void a_table_of_another_boot_is_made_anew(void **state)
{
	struct place *p = *state;
	struct ledger_claim *c = ask(p->ledger, 4000);
	ledger_release(c);
	_cleanup_free_ char *path = path_join(p->dir, "table");
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	assert_int_equal(fs_read(path, 4 << 20, &text, &len), 0);
	_cleanup_free_ char *boot_id = NULL;
	size_t boot_len = 0;
	assert_int_equal(fs_read("/proc/sys/kernel/random/boot_id", 64, &boot_id, &boot_len), 0);
	char *at = memmem(text, len, boot_id, 36);
	assert_non_null(at);
	*at = *at == '0' ? '1' : '0';
	ledger_close(p->ledger);
	_cleanup_close_ int fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, text, len, 0), (ssize_t)len);
	p->ledger = open_ledger(p->dir);
	_cleanup_free_ char *again = NULL;
	assert_int_equal(fs_read(path, 4 << 20, &again, &len), 0);
	assert_non_null(memmem(again, len, boot_id, 36));
}

static void a_table_that_was_removed_promises_nothing_twice(void **state)
{
	struct place *p = *state;
	struct ledger_claim *c = ask(p->ledger, 4000);
	_cleanup_free_ char *path = path_join(p->dir, "table");
	assert_int_equal(unlink(path), 0);
	struct ledger *other = NULL;
	assert_int_equal(ledger_open(p->dir, &other, NULL), -EBUSY);
	struct ledger_claim *none = NULL;
	const struct ledger_request request = { .mem_bytes = 1, .budget_bytes = BUDGET };
	assert_int_equal(ledger_ask(p->ledger, &request, 0, &none, NULL), -ESTALE);
	ledger_release(c);
	other = open_ledger(p->dir);
	assert_int_equal(count_rows(other), 0);
	ledger_close(other);
}

static void a_missing_directory_is_made_for_us_alone(void **state)
{
	struct place *p = *state;
	_cleanup_free_ char *dir = path_join(p->dir, "a/b");
	struct ledger *l = open_ledger(dir);
	struct stat st;
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	ledger_close(l);
}

static void refuses(const char *dir, const char *why)
{
	struct ledger *l = NULL;
	struct iso_err err = ISO_ERR_INIT;
	assert_int_equal(ledger_open(dir, &l, &err), -EPERM);
	assert_int_equal(err.kind, ISO_ERR_HOST);
	assert_non_null(strstr(err.text, dir));
	assert_non_null(strstr(err.text, why));
	assert_null(l);
}

static void a_directory_of_another_user_is_refused(void **state)
{
	struct place *p = *state;
	if (geteuid() != 0) {
		refuses("/", "another user");
		return;
	}
	assert_int_equal(chown(p->dir, 65534, 65534), 0);
	refuses(p->dir, "another user");
}

static void a_directory_that_others_can_write_is_refused(void **state)
{
	struct place *p = *state;
	assert_int_equal(chmod(p->dir, 0720), 0);
	refuses(p->dir, "by others");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEDGER_TEST(a_demand_equal_to_the_budget_is_granted_at_once),
		LEDGER_TEST(demands_that_fit_together_are_held_together),
		LEDGER_TEST(demands_that_do_not_fit_run_one_after_the_other),
		LEDGER_TEST(asking_without_waiting_leaves_no_row_behind),
		LEDGER_TEST(a_big_waiter_behind_a_stream_of_small_ones_starts),
		LEDGER_TEST(a_small_one_passes_where_the_oldest_is_not_delayed),
		LEDGER_TEST(a_demand_above_the_budget_gets_all_of_it_and_nothing_joins),
		LEDGER_TEST(an_alone_claim_has_the_whole_budget_and_no_company),
		LEDGER_TEST(a_waiter_that_gives_up_makes_room_for_those_behind_it),
		LEDGER_TEST(the_list_shows_holders_first_and_waiters_by_age),
		LEDGER_TEST(a_damaged_table_is_made_anew_when_nobody_lives_in_it),
		LEDGER_TEST(a_damaged_table_is_refused_while_somebody_lives_in_it),
		LEDGER_TEST(a_table_of_another_boot_is_made_anew),
		LEDGER_TEST(a_table_that_was_removed_promises_nothing_twice),
		LEDGER_TEST(a_missing_directory_is_made_for_us_alone),
		LEDGER_TEST(a_directory_of_another_user_is_refused),
		LEDGER_TEST(a_directory_that_others_can_write_is_refused),
	};
	return cmocka_run_group_tests_name("planner/ledger", tests, NULL, NULL);
}
