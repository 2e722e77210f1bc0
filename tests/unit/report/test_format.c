/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"

static void the_formats_are_sorted(void **state)
{
	(void)state;
	assert_non_null(report_format_at(0));
	for (size_t i = 1; report_format_at(i); i++)
		assert_true(strcmp(report_format_at(i - 1)->name, report_format_at(i)->name) < 0);
}

static void each_has_a_file_of_its_own(void **state)
{
	struct report_files files = { .json = "a", .junit = "b" };

	(void)state;
	for (size_t i = 0; report_format_at(i); i++) {
		const struct report_format *f = report_format_at(i);
		const char *file = report_file_of(&files, f);

		if (strcmp(f->name, "json") == 0)
			assert_string_equal(file, "a");
		else if (strcmp(f->name, "junit") == 0)
			assert_string_equal(file, "b");
		else
			assert_null(file);
	}
	assert_true(report_any(&files));
	files = (struct report_files){ 0 };
	assert_false(report_any(&files));
}

static void those_on_standard_output_are_found(void **state)
{
	struct report_files files = { .json = "-", .junit = "-" };
	const struct report_format *first = report_on_stdout(&files, NULL);
	const struct report_format *second = report_on_stdout(&files, first);

	(void)state;
	assert_string_equal(first->name, "json");
	assert_string_equal(second->name, "junit");
	assert_null(report_on_stdout(&files, second));
	files.json = files.junit = "file";
	assert_null(report_on_stdout(&files, NULL));
}

static char *render(const struct place *p, const struct report_format *f, const char *log)
{
	char *path = place_path(p, "again");
	const struct report_request rq = { .path = path };
	struct sink *s = NULL;

	assert_int_equal(f->open(&rq, &s, NULL), 0);
	if (log)
		assert_int_equal(eventlog_replay(log, &s, 1, NULL), 0);
	else
		play_run(p, &s, 1);
	assert_int_equal(s->driver->close(s, NULL), 0);
	free(path);
	return place_read(p, "again");
}

static void a_stored_run_gives_the_bytes_of_the_live_one(void **state)
{
	struct place *p = *state;
	char *log = place_path(p, "log");
	struct sink *s = NULL;

	assert_int_equal(sink_eventlog_open(log, &s, NULL), 0);
	play_run(p, &s, 1);
	assert_int_equal(s->driver->close(s, NULL), 0);
	for (size_t i = 0; report_format_at(i); i++) {
		char *live = render(p, report_format_at(i), NULL);
		char *again = render(p, report_format_at(i), log);

		assert_string_equal(live, again);
		free(live);
		free(again);
	}
	free(log);
}

static void a_file_that_cannot_be_written_is_told_of(void **state)
{
	struct place *p = *state;
	char *path = place_path(p, "no/file");

	for (size_t i = 0; report_format_at(i); i++) {
		const struct report_format *f = report_format_at(i);
		const struct report_request nowhere = { .path = path };
		const struct report_request full = { .path = "/dev/full" };
		struct iso_err err = ISO_ERR_INIT;
		struct sink *s = NULL;

		assert_int_equal(f->open(&nowhere, &s, &err), -ENOENT);
		assert_non_null(strstr(err.text, path));
		assert_int_equal(f->open(&full, &s, &err), 0);
		play_run(p, &s, 1);
		assert_int_equal(s->driver->close(s, &err), -ENOSPC);
		assert_non_null(strstr(err.text, "'/dev/full'"));
	}
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_formats_are_sorted),
		cmocka_unit_test(each_has_a_file_of_its_own),
		cmocka_unit_test(those_on_standard_output_are_found),
		IN_PLACE(a_stored_run_gives_the_bytes_of_the_live_one),
		IN_PLACE(a_file_that_cannot_be_written_is_told_of),
	};

	return cmocka_run_group_tests_name("report/format", tests, NULL, NULL);
}
