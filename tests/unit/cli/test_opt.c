/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/opt.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"

struct values {
	bool flag;
	bool other;
	unsigned jobs;
	int retries;
	uint64_t size;
	const char *name;
};

#define FIELD(member) offsetof(struct values, member)

static const struct opt rows[] = {
	{ 'f', "flag", NULL, opt_flag, FIELD(flag), "", NULL },
	{ 'j', "jobs", "N", opt_count, FIELD(jobs), "", NULL },
	{ 0, "name", "NAME", opt_string, FIELD(name), "", NULL },
};
static const struct opt more_rows[] = {
	{ 'o', "other", NULL, opt_flag, FIELD(other), "", NULL },
	{ 0, "retries", "N", opt_number, FIELD(retries), "", NULL },
	{ 0, "size", "SIZE", opt_size, FIELD(size), "", NULL },
};
static const struct opt_group groups[] = {
	{ "One", rows, ARRAY_SIZE(rows) },
	{ "Two", more_rows, ARRAY_SIZE(more_rows) },
};
static const struct opt_table table = { groups, ARRAY_SIZE(groups) };

enum { WORDS_MAX = 8 };

/* One parsed command line. */
struct line {
	char *argv[WORDS_MAX + 1];
	char **words;
	struct values values;
	struct iso_err err;
	int result;
};

/* Words are not written to, so literals may stand in for argv. */
static struct line *parse(struct line *l, unsigned flags, const char *const *words)
{
	*l = (struct line){ .err = ISO_ERR_INIT };
	for (size_t i = 0; words[i]; i++)
		l->argv[i] = (char *)(uintptr_t)words[i];
	l->result = opt_parse(&table, flags, l->argv, &l->values, &l->words, &l->err);
	return l;
}
#define PARSE(l, flags, ...) parse(l, flags, (const char *const[]){ __VA_ARGS__, NULL })

static void a_value_may_be_joined_or_the_next_word(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(PARSE(&l, 0, "--jobs=8")->result, 0);
	assert_int_equal(l.values.jobs, 8);
	assert_int_equal(PARSE(&l, 0, "--jobs", "9")->result, 0);
	assert_int_equal(l.values.jobs, 9);
	assert_int_equal(PARSE(&l, 0, "-j7")->result, 0);
	assert_int_equal(l.values.jobs, 7);
	assert_int_equal(PARSE(&l, 0, "-j", "6")->result, 0);
	assert_int_equal(l.values.jobs, 6);
}

static void letters_may_be_bundled(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(PARSE(&l, 0, "-foj8")->result, 0);
	assert_true(l.values.flag);
	assert_true(l.values.other);
	assert_int_equal(l.values.jobs, 8);
	assert_int_equal(PARSE(&l, 0, "-fj", "3", "word")->result, 0);
	assert_int_equal(l.values.jobs, 3);
	assert_string_equal(l.words[0], "word");
}

static void words_among_options_keep_their_order(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(PARSE(&l, 0, "a", "--flag", "b", "-j", "2", "c")->result, 0);
	assert_string_equal(l.words[0], "a");
	assert_string_equal(l.words[1], "b");
	assert_string_equal(l.words[2], "c");
	assert_null(l.words[3]);
}

static void two_dashes_end_the_options(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(PARSE(&l, 0, "a", "--", "--flag", "--")->result, 0);
	assert_false(l.values.flag);
	assert_string_equal(l.words[0], "a");
	assert_string_equal(l.words[1], "--flag");
	assert_string_equal(l.words[2], "--");
	assert_null(l.words[3]);
}

static void one_dash_is_a_word(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(PARSE(&l, 0, "-", "--flag")->result, 0);
	assert_string_equal(l.words[0], "-");
	assert_true(l.values.flag);
}

static void a_wrapped_command_keeps_its_own_options(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(PARSE(&l, OPT_STOP_AT_WORD, "-f", "cmd", "--jobs", "x")->result, 0);
	assert_true(l.values.flag);
	assert_ptr_equal(l.words, l.argv + 1);
	assert_string_equal(l.words[0], "cmd");
	assert_string_equal(l.words[1], "--jobs");
	assert_int_equal(PARSE(&l, OPT_STOP_AT_WORD, "--", "--jobs")->result, 0);
	assert_string_equal(l.words[0], "--jobs");
}

static void an_unknown_option_is_refused_with_the_nearest(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(PARSE(&l, 0, "--jbos", "2")->result, -22);
	assert_int_equal(l.err.kind, ISO_ERR_USAGE);
	assert_string_equal(l.err.text, "unknown option '--jbos', did you mean '--jobs'?");
	assert_true(PARSE(&l, 0, "--jbos=2")->result < 0);
	assert_non_null(strstr(l.err.text, "did you mean '--jobs'?"));
	assert_true(PARSE(&l, 0, "--zzzzzzzz")->result < 0);
	assert_string_equal(l.err.text, "unknown option '--zzzzzzzz'");
	assert_true(PARSE(&l, 0, "-z")->result < 0);
	assert_string_equal(l.err.text, "unknown option '-z'");
}

static void the_beginning_of_a_name_is_not_the_name(void **state)
{
	struct line l;

	(void)state;
	assert_true(PARSE(&l, 0, "--job", "2")->result < 0);
	assert_true(PARSE(&l, 0, "--jobs2")->result < 0);
}

static void a_missing_value_is_named(void **state)
{
	struct line l;

	(void)state;
	assert_true(PARSE(&l, 0, "--jobs")->result < 0);
	assert_string_equal(l.err.text, "option '--jobs' needs an argument: N");
	assert_true(PARSE(&l, 0, "-j")->result < 0);
	assert_string_equal(l.err.text, "option '--jobs' needs an argument: N");
}

static void a_flag_takes_no_value(void **state)
{
	struct line l;

	(void)state;
	assert_true(PARSE(&l, 0, "--flag=yes")->result < 0);
	assert_string_equal(l.err.text, "option '--flag' takes no argument");
}

static void numbers_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = { "", "-1", "1x", " 1", "99999999999999999999" };
	struct line l;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_true(PARSE(&l, 0, "--jobs", bad[i])->result < 0);
		assert_int_equal(l.err.kind, ISO_ERR_USAGE);
		assert_non_null(strstr(l.err.text, "option '--jobs'"));
		assert_true(PARSE(&l, 0, "--retries", bad[i])->result < 0);
	}
	assert_true(PARSE(&l, 0, "-j0")->result < 0);
	assert_int_equal(PARSE(&l, 0, "--retries", "0")->result, 0);
}

static void sizes_are_read_in_their_units(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(PARSE(&l, 0, "--size", "1.5G")->result, 0);
	assert_int_equal(l.values.size, UINT64_C(3) << 29);
	assert_true(PARSE(&l, 0, "--size", "12X")->result < 0);
	assert_non_null(strstr(l.err.text, "'12X'"));
}

static void an_empty_name_is_refused(void **state)
{
	struct line l;

	(void)state;
	assert_true(PARSE(&l, 0, "--name=")->result < 0);
	assert_int_equal(PARSE(&l, 0, "--name=--")->result, 0);
	assert_string_equal(l.values.name, "--");
}

static void the_last_of_two_counts(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(PARSE(&l, 0, "-j1", "--jobs=2")->result, 0);
	assert_int_equal(l.values.jobs, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_may_be_joined_or_the_next_word),
		cmocka_unit_test(letters_may_be_bundled),
		cmocka_unit_test(words_among_options_keep_their_order),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(one_dash_is_a_word),
		cmocka_unit_test(a_wrapped_command_keeps_its_own_options),
		cmocka_unit_test(an_unknown_option_is_refused_with_the_nearest),
		cmocka_unit_test(the_beginning_of_a_name_is_not_the_name),
		cmocka_unit_test(a_missing_value_is_named),
		cmocka_unit_test(a_flag_takes_no_value),
		cmocka_unit_test(numbers_that_are_none_are_refused),
		cmocka_unit_test(sizes_are_read_in_their_units),
		cmocka_unit_test(an_empty_name_is_refused),
		cmocka_unit_test(the_last_of_two_counts),
	};

	return cmocka_run_group_tests_name("cli/opt", tests, NULL, NULL);
}
