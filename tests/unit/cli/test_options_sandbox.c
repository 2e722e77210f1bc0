/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options_sandbox.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"

static const struct opt_group groups[] = {
	{ "Sandbox", options_sandbox_rows, OPTIONS_SANDBOX_N },
};
static const struct opt_table table = { groups, ARRAY_SIZE(groups) };

enum { WORDS_MAX = 10 };

/* Options parsed and put on an empty spec. */
struct change {
	struct values_sandbox values;
	struct spec spec;
	struct iso_err err;
	int result;
};

static struct change *apply(struct change *c, const char *const *words)
{
	char *argv[WORDS_MAX + 1] = { NULL };
	char **rest;

	*c = (struct change){ .err = ISO_ERR_INIT };
	assert_int_equal(spec_init(&c->spec), 0);
	for (size_t i = 0; words[i]; i++)
		argv[i] = (char *)(uintptr_t)words[i];
	c->result = opt_parse(&table, 0, argv, &c->values, &rest, &c->err);
	if (c->result == 0)
		c->result = options_sandbox_apply(&c->values.sandbox, &c->spec, &c->err);
	return c;
}
#define APPLY(c, ...) apply(c, (const char *const[]){ __VA_ARGS__, NULL })

static void fini(struct change *c)
{
	options_sandbox_fini(&c->values.sandbox);
	spec_fini(&c->spec);
}

static void options_change_the_keys_of_the_spec(void **state)
{
	struct change c;

	(void)state;
	assert_int_equal(APPLY(&c, "--memory", "64M", "-t", "90s", "--net=none", "--pids", "9",
			       "--workspace", "overlay")->result, 0);
	assert_int_equal(c.spec.mem_bytes, UINT64_C(64) << 20);
	assert_int_equal(c.spec.timeout_ns, INT64_C(90000000000));
	assert_int_equal(c.spec.net, SPEC_NET_NONE);
	assert_int_equal(c.spec.pids, 9);
	assert_int_equal(c.spec.workspace, SPEC_TREE_OVERLAY);
	fini(&c);
}

static void the_later_of_two_options_wins(void **state)
{
	struct change c;

	(void)state;
	assert_int_equal(APPLY(&c, "--memory", "64M", "--memory", "32M")->result, 0);
	assert_int_equal(c.spec.mem_bytes, UINT64_C(32) << 20);
	fini(&c);
}

static void a_bad_value_is_told_with_its_option(void **state)
{
	struct change c;

	(void)state;
	assert_true(APPLY(&c, "--memory", "12X")->result < 0);
	assert_int_equal(c.err.kind, ISO_ERR_USAGE);
	assert_true(str_starts(c.err.text, "option '--memory'"));
	assert_non_null(strstr(c.err.text, "12X"));
	fini(&c);
	assert_true(APPLY(&c, "--net", "lopback")->result < 0);
	assert_non_null(strstr(c.err.text, "did you mean"));
	fini(&c);
}

static void a_variable_without_a_value_is_taken_from_here(void **state)
{
	struct change c;

	(void)state;
	setenv("ISORUN_UNIT_A", "one two", 1);
	unsetenv("ISORUN_UNIT_B");
	assert_int_equal(APPLY(&c, "--env", "ISORUN_UNIT_A", "--env", "B=x=y")->result, 0);
	assert_true(strv_has(c.spec.env_set, "ISORUN_UNIT_A=one two"));
	assert_true(strv_has(c.spec.env_set, "B=x=y"));
	fini(&c);
	assert_true(APPLY(&c, "--env", "ISORUN_UNIT_B")->result < 0);
	assert_non_null(strstr(c.err.text, "ISORUN_UNIT_B"));
	fini(&c);
}

static void paths_are_relative_to_the_working_directory(void **state)
{
	_cleanup_free_ char *file = NULL;
	struct change c;

	(void)state;
	assert_int_equal(path_absolute("a b/file", &file), 0);
	assert_int_equal(APPLY(&c, "--hide", "a b/file", "--bind", "a b/file:/dst:ro")->result, 0);
	assert_true(strv_has(c.spec.hide, file));
	assert_int_equal(c.spec.n_binds, 1);
	assert_string_equal(c.spec.binds[0].src, file);
	assert_string_equal(c.spec.binds[0].dst, "/dst");
	assert_true(c.spec.binds[0].readonly);
	fini(&c);
}

static void a_bind_without_a_source_is_refused(void **state)
{
	struct change c;

	(void)state;
	assert_true(APPLY(&c, "--bind", ":/dst")->result < 0);
	assert_int_equal(c.err.kind, ISO_ERR_USAGE);
	fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_change_the_keys_of_the_spec),
		cmocka_unit_test(the_later_of_two_options_wins),
		cmocka_unit_test(a_bad_value_is_told_with_its_option),
		cmocka_unit_test(a_variable_without_a_value_is_taken_from_here),
		cmocka_unit_test(paths_are_relative_to_the_working_directory),
		cmocka_unit_test(a_bind_without_a_source_is_refused),
	};

	return cmocka_run_group_tests_name("cli/options_sandbox", tests, NULL, NULL);
}
