/* SPDX-License-Identifier: Apache-2.0 */
#include "model/spec.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/str.h"

static struct spec spec;

static int fresh(void **state)
{
	(void)state;
	return spec_init(&spec);
}

static int done(void **state)
{
	(void)state;
	spec_fini(&spec);
	return 0;
}

static void set(const char *section, const char *key, const char *value)
{
	assert_int_equal(spec_set(&spec, section, key, value, "test", NULL), 0);
}

/* The number of warnings that hold the words. */
static size_t warnings(const char *words)
{
	_cleanup_strv_ char **list = NULL;
	size_t n = 0;

	assert_int_equal(spec_check(&spec, &list), 0);
	for (size_t i = 0; i < strv_len(list); i++) {
		n += strstr(list[i], words) != NULL;
		assert_null(strchr(list[i], '\n'));
	}
	return n;
}

static void a_spec_that_isolates_nothing_has_no_contradiction(void **state)
{
	(void)state;
	assert_int_equal(warnings(""), 0);
}

static void an_own_pid_namespace_wants_a_private_tmp(void **state)
{
	(void)state;
	set("namespaces", "own", "pid mount");
	assert_int_equal(warnings("shared /tmp"), 1);
	set("filesystem", "private", "/tmp");
	assert_int_equal(warnings(""), 0);
	set("filesystem", "private", "none /var/tmp");
	assert_int_equal(warnings("shared /tmp"), 1);
}

static void an_own_pid_namespace_wants_no_shared_workspace(void **state)
{
	(void)state;
	set("namespaces", "own", "pid mount");
	set("filesystem", "private", "/tmp");
	set("filesystem", "workspace", "shared");
	assert_int_equal(warnings("workspace = overlay"), 1);
	set("filesystem", "workspace", "overlay");
	assert_int_equal(warnings(""), 0);
	set("filesystem", "workspace", "shared");
	set("namespaces", "share", "pid");
	assert_int_equal(warnings(""), 0);
}

static void paths_want_a_mount_namespace(void **state)
{
	(void)state;
	set("filesystem", "hide", "/etc/shadow");
	assert_int_equal(warnings("own = mount"), 1);
	set("namespaces", "own", "mount");
	assert_int_equal(warnings(""), 0);
}

static void private_files_want_to_be_smaller_than_the_memory(void **state)
{
	(void)state;
	set("limits", "memory", "1G");
	set("filesystem", "tmp-size", "1G");
	assert_int_equal(warnings("ENOSPC"), 1);
	set("filesystem", "tmp-size", "1023M");
	assert_int_equal(warnings(""), 0);
}

static void a_path_is_private_or_hidden_but_not_both(void **state)
{
	(void)state;
	set("namespaces", "own", "mount");
	set("filesystem", "private", "/home");
	set("filesystem", "hide", "/home");
	assert_int_equal(warnings("both private and hidden"), 1);
}

static void passing_variables_means_clearing_the_others(void **state)
{
	(void)state;
	set("environment", "pass", "PATH");
	assert_int_equal(warnings("clear = yes"), 1);
	set("environment", "clear", "yes");
	assert_int_equal(warnings(""), 0);
}

#define SPEC_TEST(f) cmocka_unit_test_setup_teardown(f, fresh, done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPEC_TEST(a_spec_that_isolates_nothing_has_no_contradiction),
		SPEC_TEST(an_own_pid_namespace_wants_a_private_tmp),
		SPEC_TEST(an_own_pid_namespace_wants_no_shared_workspace),
		SPEC_TEST(paths_want_a_mount_namespace),
		SPEC_TEST(private_files_want_to_be_smaller_than_the_memory),
		SPEC_TEST(a_path_is_private_or_hidden_but_not_both),
		SPEC_TEST(passing_variables_means_clearing_the_others),
	};

	return cmocka_run_group_tests_name("model/spec_check", tests, NULL, NULL);
}
