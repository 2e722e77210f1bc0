/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/news.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

/* What a pid 1 tells, of a plan of one step. */
struct talk {
	struct sbx_plan plan;
	struct sbx_step step;
	struct cg_plan cgroups;
	char *argv[2];
	struct news_reader reader;
	int ends[2];
};

static int set_up(void **state)
{
	struct talk *t = calloc(1, sizeof(*t));

	if (!t || pipe2(t->ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	t->step.op = SBX_NNP;
	t->argv[0] = (char *)"true";
	t->plan.test = (struct step_list){ .steps = &t->step, .n = 1 };
	t->plan.job.cgroups = &t->cgroups;
	t->plan.job.argv = t->argv;
	t->plan.job.candidates = t->argv;
	t->reader.plan = &t->plan;
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct talk *t = *state;

	close(t->ends[0]);
	close(t->ends[1]);
	news_fini(&t->reader.news);
	free(t);
	return 0;
}

static const struct sbx_news *tell(struct talk *t, uint32_t kind, const void *payload,
				   uint32_t size)
{
	const struct sbx_record head = { .kind = kind, .size = size };

	assert_int_equal(write(t->ends[1], &head, sizeof(head)), sizeof(head));
	if (payload)
		assert_int_equal(write(t->ends[1], payload, size), size);
	news_read(&t->reader, t->ends[0], NULL);
	return &t->reader.news;
}

static void a_record_that_comes_in_pieces_is_taken_once_it_is_whole(void **state)
{
	struct talk *t = *state;
	const struct sbx_exited e = { .t_ns = 5, .status = 256 };
	const struct sbx_news *news = tell(t, SBX_REC_EXITED, NULL, sizeof(e));

	assert_false(news->exited);
	assert_int_equal(write(t->ends[1], &e, sizeof(e)), sizeof(e));
	news_read(&t->reader, t->ends[0], NULL);
	assert_true(news->exited);
	assert_int_equal(news->status, 256);
}

static void a_record_larger_than_any_ends_the_talk(void **state)
{
	const struct sbx_news *news = tell(*state, SBX_REC_STARTED, NULL, PIPE_BUF + 1);

	assert_true(news->garbled && news->closed);
	assert_false(news->started);
}

static void a_record_of_an_unknown_kind_or_too_short_is_passed_over(void **state)
{
	const struct sbx_news *news = tell(*state, 99, "abc", 3);

	news = tell(*state, SBX_REC_DONE, "abc", 3);
	assert_false(news->garbled || news->closed || news->done);
}

static void a_step_that_nobody_may_lack_is_not_called_lost(void **state)
{
	const struct sbx_fault lost = { SBX_STAGE_TEST, 0, EPERM, 0 };

	assert_int_equal(tell(*state, SBX_REC_DEGRADED, &lost, sizeof(lost))->n_degraded, 0);
}

static void a_fault_in_what_is_not_there_still_has_a_sentence(void **state)
{
	struct talk *t = *state;
	const struct sbx_fault faults[] = {
		{ SBX_STAGE_CGROUP, 7, EIO, 0 },
		{ SBX_STAGE_EXEC, 7, EIO, 0 },
		{ SBX_STAGE_TEST, 7, EIO, 0 },
		{ 99, 7, EIO, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		const struct sbx_news *news = tell(t, SBX_REC_FAULT, &faults[i], sizeof(faults[i]));
		assert_true(news->faulty);
		assert_non_null(strstr(news->fault.text, strerror(EIO)));
	}
}

static void a_start_outside_of_time_gives_an_age_of_nothing(void **state)
{
	const struct sbx_left left = { .start_ticks = INT64_MAX, .pid = 3, .name = "x" };
	const struct sbx_news *news = tell(*state, SBX_REC_LEFTOVER, &left, sizeof(left));

	assert_int_equal(news->n_leftovers, 1);
	assert_int_equal(news->leftovers[0].age_ns, 0);
}

#define AT_TALK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void a_refusal_of_another_size_is_none(void **state)
{
	struct talk *t = *state;
	const struct sbx_refused refused = { .nr = 7, .count = 1, .name = "x" };

	(void)tell(t, SBX_REC_REFUSED, &refused, sizeof(refused));
	(void)tell(t, SBX_REC_REFUSED, &refused, 4);
	const struct sbx_news *news = tell(t, SBX_REC_REFUSED, &refused, sizeof(refused));
	assert_int_equal(news->n_refusals, 2);
	assert_int_equal(news->refusals[0].nr, 7);
	assert_int_equal(news->refusals[1].nr, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_TALK(a_record_that_comes_in_pieces_is_taken_once_it_is_whole),
		AT_TALK(a_record_larger_than_any_ends_the_talk),
		AT_TALK(a_record_of_an_unknown_kind_or_too_short_is_passed_over),
		AT_TALK(a_step_that_nobody_may_lack_is_not_called_lost),
		AT_TALK(a_fault_in_what_is_not_there_still_has_a_sentence),
		AT_TALK(a_start_outside_of_time_gives_an_age_of_nothing),
		AT_TALK(a_refusal_of_another_size_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
