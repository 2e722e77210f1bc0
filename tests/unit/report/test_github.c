/* SPDX-License-Identifier: Apache-2.0 */
#include "report/github.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "rendering.h"
#include "report/markdown.h"

struct step {
	int fd;  /* what the step printed */
	char *summary;
	struct sink *sink;
};

static void begin(const struct place *p, struct step *st, const char *workspace)
{
	st->fd = memfd_create("step", MFD_CLOEXEC);
	assert_true(st->fd >= 0);
	st->summary = place_path(p, "summary.md");
	const struct github_options options = {
		.fd = st->fd, .summary_file = st->summary, .workspace = workspace,
	};
	assert_int_equal(sink_github_open(&options, &st->sink, NULL), 0);
}

/* What was printed; the caller frees. */
static char *end(struct step *st)
{
	struct iso_err err = ISO_ERR_INIT;

	if (st->sink->driver->close(st->sink, &err) < 0)
		fail_msg("%s", err.text);
	char *text = read_memory(st->fd);
	close(st->fd);
	free(st->summary);
	return text;
}

static void failures_are_errors_and_flaky_tests_warnings(void **state)
{
	struct place *p = *state;
	struct step st;

	begin(p, &st, "/src");
	play_run(p, &st.sink, 1);
	char *text = end(&st);
	assert_holds(text, "::error file=my suite/tests.txt,line=3,"
			   "title=t/bad.py%3A%3ACase%3A%3Atest_x::exit status 1%0A%0Afirst%0A");
	assert_holds(text, "::error file=my suite/tests.txt,line=3,"
			   "title=t/slow::no end after 5s\n");
	assert_holds(text, "::warning file=my suite/tests.txt,line=3,title=t/flaky::"
			   "flaky: passed at attempt 2, after exit status 1%0A%0Aflaked\n");
	free(text);
	text = place_read(p, "summary.md");
	assert_holds(text, "2 of 6 tests failed");
	free(text);
}

/* As where the first repetition passed. */
static void a_flaky_test_is_named_by_its_first_bad_attempt(void **state)
{
	const struct result good = result_of(OUTCOME_PASSED, MS, MIB);
	const struct result bad = result_of(OUTCOME_FAILED, MS, MIB);
	struct place *p = *state;
	struct step st;

	begin(p, &st, "/src");
	place_write(p, "output/1.1", "all is well\n", 12);
	place_write(p, "output/1.2", "flaked\n", 7);
	send_all(&st.sink, 1, run_started(p, 1));
	send_all(&st.sink, 1, planned("t", 0));
	send_all(&st.sink, 1, attempt_finished("t", 1, MS, &good, "output/1.1", true, "passed"));
	send_all(&st.sink, 1, attempt_finished("t", 2, 2 * MS, &bad, "output/1.2", true,
					       "exit status 7"));
	send_all(&st.sink, 1, attempt_finished("t", 3, 3 * MS, &good, "output/1.3", false, NULL));
	send_all(&st.sink, 1, test_finished("t", 3 * MS, OUTCOME_FLAKY, 3, NULL, "output/1.3",
					    MS, MIB));
	char *text = end(&st);
	assert_holds(text, "flaky: passed at attempt 3, after exit status 7%0A%0Aflaked\n");
	free(text);
}

static void play_failures(const struct place *p, struct sink *s, unsigned n)
{
	send_all(&s, 1, run_started(p, n));
	for (unsigned i = 0; i < n; i++) {
		char id[16];

		snprintf(id, sizeof(id), "t%u", i);
		play_simple(&s, 1, id, 0, OUTCOME_FAILED, "x", "output/9", MS, MIB);
	}
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

static void no_more_are_told_than_are_shown(void **state)
{
	struct place *p = *state;
	struct step st;

	begin(p, &st, NULL);
	play_failures(p, st.sink, GITHUB_ANNOTATIONS_MAX);
	char *text = end(&st);
	assert_int_equal(count(text, "::error "), GITHUB_ANNOTATIONS_MAX);
	assert_null(strstr(text, "more"));
	free(text);
	begin(p, &st, NULL);
	play_failures(p, st.sink, GITHUB_ANNOTATIONS_MAX + 1);
	text = end(&st);
	assert_int_equal(count(text, "::error "), GITHUB_ANNOTATIONS_MAX);
	assert_holds(text, "::error title=isorun::and 2 more tests failed\n");
	free(text);
}

static void a_command_stays_one_line(void **state)
{
	struct place *p = *state;
	struct step st;

	begin(p, &st, NULL);
	send_all(&st.sink, 1, run_started(p, 1));
	place_write(p, "output/1.1", "a\r::error::b\rc%0Ad\n", 19);
	play_simple(&st.sink, 1, "x,y:z%\r\n::error::no", 0, OUTCOME_FAILED, "50% \n::warning::no",
		    "output/1.1", MS, MIB);
	char *text = end(&st);
	assert_int_equal(count(text, "\n"), 1);
	assert_null(strchr(text, '\r'));
	assert_holds(text, "title=x%2Cy%3Az%25\\r\\n%3A%3Aerror%3A%3Ano::"
			   "50%25 \\n::warning::no%0A%0A");
	assert_holds(text, "c%250Ad\n");
	free(text);
}

static void a_summary_stays_within_what_is_taken(void **state)
{
	struct place *p = *state;
	static const size_t there[] = { 0, 1000, 900 << 10, (1 << 20) - 40000, (1 << 20) - 100,
					1 << 20, 2 << 20 };
	struct buf output = BUF_INIT;

	for (int i = 0; i < 3000; i++)
		buf_adds(&output, "a line of it\n");
	place_write(p, "output/9", output.data, output.len);
	buf_free(&output);
	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++) {
		char *zeros = calloc(1, there[i] + 1);
		char *path = place_path(p, "summary.md");
		struct step st;

		place_write(p, "summary.md", zeros, there[i]);
		begin(p, &st, NULL);
		play_failures(p, st.sink, 500);
		free(end(&st));
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		off_t size = lseek(fd, 0, SEEK_END);
		close(fd);
		if (there[i] + MARKDOWN_MIN_BYTES > GITHUB_SUMMARY_MAX_BYTES)
			assert_int_equal(size, there[i]);
		else
			assert_in_range(size, there[i] + 1000, GITHUB_SUMMARY_MAX_BYTES);
		free(path);
		free(zeros);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(failures_are_errors_and_flaky_tests_warnings),
		IN_PLACE(a_flaky_test_is_named_by_its_first_bad_attempt),
		IN_PLACE(no_more_are_told_than_are_shown),
		IN_PLACE(a_command_stays_one_line),
		IN_PLACE(a_summary_stays_within_what_is_taken),
	};

	return cmocka_run_group_tests_name("report/github", tests, NULL, NULL);
}
