/* SPDX-License-Identifier: Apache-2.0 */
#include "model/spec.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/str.h"

static void before_any_profile_nothing_is_isolated(void **state)
{
	(void)state;
	struct spec s;
	assert_int_equal(spec_init(&s), 0);
	assert_int_equal(s.namespaces, 0);
	assert_int_equal(s.net, SPEC_NET_HOST);
	assert_int_equal(s.root, SPEC_TREE_SHARED);
	assert_false(s.workspace_set);
	assert_true(s.keep_caps_all);
	assert_string_equal(s.seccomp, "off");
	assert_true(s.grace_ns > 0);
	spec_fini(&s);
}

static void fill(struct spec *s)
{
	static const char *const entries[][3] = {
		{ "profile", "description", "for a copy" },
		{ "filesystem", "private", "/tmp /var/tmp" },
		{ "filesystem", "hide", "/etc/shadow" },
		{ "filesystem", "readonly", "/sys" },
		{ "filesystem", "bind", "/src:/dst:ro" },
		{ "filesystem", "workspace", "overlay" },
		{ "namespaces", "own", "all" },
		{ "process", "capabilities", "chown kill" },
		{ "process", "user", "nobody" },
		{ "process", "pass-fd", "3 9" },
		{ "limits", "memory", "1G" },
		{ "environment", "pass", "LC_*" },
		{ "environment", "set", "A=1" },
	};
	struct iso_err err = ISO_ERR_INIT;

	assert_int_equal(spec_init(s), 0);
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
		assert_int_equal(spec_set(s, entries[i][0], entries[i][1], entries[i][2], "test",
					  &err), 0);
}

static void a_copy_says_the_same_under_every_key(void **state)
{
	(void)state;
	struct spec from;
	struct spec to;
	fill(&from);
	assert_int_equal(spec_copy(&from, &to), 0);
	for (size_t i = 0; spec_key_at(i); i++) {
		_cleanup_free_ char *a = NULL;
		_cleanup_free_ char *b = NULL;
		assert_int_equal(spec_get_text(&from, i, &a), 0);
		assert_int_equal(spec_get_text(&to, i, &b), 0);
		assert_string_equal(a, b);
	}
	spec_fini(&from);
	spec_fini(&to);
}

static void a_copy_lives_on_when_its_source_changes(void **state)
{
	(void)state;
	struct spec from;
	struct spec to;
	fill(&from);
	assert_int_equal(spec_copy(&from, &to), 0);
	from.pass_fds[0] = 99;
	from.binds[0].src[1] = 'X';
	from.env_set[0][0] = 'X';
	spec_fini(&from);
	assert_int_equal(to.pass_fds[0], 3);
	assert_string_equal(to.binds[0].src, "/src");
	assert_true(to.binds[0].readonly);
	assert_string_equal(to.env_set[0], "A=1");
	assert_string_equal(to.private_dirs[1], "/var/tmp");
	spec_fini(&to);
}

static void fini_may_be_called_twice(void **state)
{
	(void)state;
	struct spec s;
	fill(&s);
	spec_fini(&s);
	spec_fini(&s);
	assert_null(s.private_dirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_any_profile_nothing_is_isolated),
		cmocka_unit_test(a_copy_says_the_same_under_every_key),
		cmocka_unit_test(a_copy_lives_on_when_its_source_changes),
		cmocka_unit_test(fini_may_be_called_twice),
	};

	return cmocka_run_group_tests_name("model/spec", tests, NULL, NULL);
}
