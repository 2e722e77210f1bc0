/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "runner_fixture.h"
#include "suite/links.h"

static char **one(const char *word)
{
	char *list[] = { (char *)(uintptr_t)word, NULL };
	char **copy = test_suite_strv(&f.suite, list);

	assert_non_null(copy);
	return copy;
}

static void link_all(void)
{
	assert_int_equal(links_resolve(&f.suite, 0, &f.err), 0);
	assert_int_equal(links_check(&f.suite, &f.err), 0);
}

/* Set up by `up`, used by two, cleared away by `down`, all in the wrong order. */
static void add_fixture(void)
{
	add("down")->named.cleanup = one("db");
	add("x")->named.fixtures = one("db");
	add("y")->named.fixtures = one("db");
	add("up")->named.setup = one("db");
	add("z");
	link_all();
}

static void a_fixture_comes_first_and_is_cleared_away_last(void **state)
{
	const struct fake_plan plans[] = {
		{ .id = "up", .us = 1000 }, { .id = "x", .us = 1000 }, { .id = "y", .us = 2000 },
		{ .id = "z", .us = 90000 }, { 0 },
	};

	(void)state;
	f.config.jobs = 4;
	add_fixture();
	run(plans);
	assert_story("+up +z -up:passed =up:passed +x +y -x:passed =x:passed -y:passed =y:passed "
		     "+down -down:passed =down:passed -z:passed =z:passed");
}

static void without_its_fixture_no_test_is_run(void **state)
{
	const struct fake_plan plans[] = { { .id = "up", .us = 1000, .status = { 1 } }, { 0 } };

	(void)state;
	f.config.jobs = 1;
	add_fixture();
	run(plans);
	assert_story("+up -up:failed =up:failed =x:not-run =y:not-run +down -down:passed "
		     "=down:passed +z -z:passed =z:passed");
	assert_non_null(strstr(buf_str(&f.recorder.details), "x:it depends on 'up': failed;"));
	assert_int_equal(f.summary.counts[OUTCOME_NOT_RUN], 2);
}

static void a_long_chain_falls_whole_and_names_the_next(void **state)
{
	enum { N = 3000 };
	static char ids[N][8];
	const struct fake_plan plans[] = { { .id = "t0", .us = 10, .status = { 1 } }, { 0 } };

	(void)state;
	for (int i = 0; i < N; i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "t%d", i);
		struct test *t = add(ids[i]);
		if (i)
			t->named.depends = one(ids[i - 1]);
	}
	link_all();
	run(plans);
	assert_int_equal(f.summary.counts[OUTCOME_NOT_RUN], N - 1);
	assert_non_null(strstr(buf_str(&f.recorder.details), "t9:it depends on 't8': not-run;"));
}

static void who_only_comes_after_runs_whatever_became_of_it(void **state)
{
	const struct fake_plan plans[] = { { .id = "a", .us = 1000, .status = { 1 } }, { 0 } };

	(void)state;
	add("b")->named.after = one("a");
	add("a");
	link_all();
	run(plans);
	assert_story("+a -a:failed =a:failed +b -b:passed =b:passed");
}

static void a_retry_that_passes_is_waited_for(void **state)
{
	const struct fake_plan plans[] = { { .id = "a", .us = 1000, .status = { 1, 0 } }, { 0 } };

	(void)state;
	f.config.retries = 1;
	add("b")->named.depends = one("a");
	add("a");
	link_all();
	run(plans);
	assert_story("+a -a:failed +a -a:passed =a:flaky +b -b:passed =b:passed");
}

static void who_is_disabled_or_cannot_run_is_settled_at_once(void **state)
{
	(void)state;
	add("off")->disabled = "by hand";
	add("lost")->unable = "no program";
	add("a")->named.depends = one("off");
	add("b")->named.depends = one("lost");
	link_all();
	run(NULL);
	assert_story("=off:skipped =lost:not-run =b:not-run +a -a:passed =a:passed");
	assert_non_null(strstr(buf_str(&f.recorder.details), "off:by hand;lost:no program;"));
}

static void a_file_is_looked_for_when_its_turn_has_come(void **state)
{
	const struct fake_plan plans[] = { { .id = "a", .us = 1000 }, { 0 } };
	const struct place *p = *state;

	add("a");
	struct test *t = add("b");
	t->required_files = one("/no/such/file");
	t->required_hint = "make it";
	struct test *last = add("c");
	last->required_files = one(p->dir);
	run(plans);
	assert_story("+a =b:not-run +c -c:passed =c:passed -a:passed =a:passed");
	assert_non_null(strstr(buf_str(&f.recorder.details),
			       "b:'/no/such/file' is not there: make it;"));
}

static void an_early_end_is_told_as_such_of_those_that_still_waited(void **state)
{
	const struct fake_plan plans[] = { { .id = "a", .us = 1000, .status = { 1 } }, { 0 } };

	(void)state;
	f.config.max_failures = 1;
	add("a");
	add("b")->named.depends = one("a");
	link_all();
	run(plans);
	assert_non_null(strstr(buf_str(&f.recorder.details),
			       "b:the run ended after 1 failures;"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_fixture_comes_first_and_is_cleared_away_last),
		CASE(without_its_fixture_no_test_is_run),
		CASE(a_long_chain_falls_whole_and_names_the_next),
		CASE(who_only_comes_after_runs_whatever_became_of_it),
		CASE(a_retry_that_passes_is_waited_for),
		CASE(who_is_disabled_or_cannot_run_is_settled_at_once),
		CASE(a_file_is_looked_for_when_its_turn_has_come),
		CASE(an_early_end_is_told_as_such_of_those_that_still_waited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
