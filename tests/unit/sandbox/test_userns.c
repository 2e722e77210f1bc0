/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/userns.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"

struct place {
	char dir[32];
};

static void put(const struct place *p, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", p->dir, file);
	char *slash = strrchr(path, '/');
	*slash = '\0';
	assert_int_equal(fs_mkdirs(path, 0700), 0);
	*slash = '/';
	assert_int_equal(fs_replace_at(AT_FDCWD, path, text, strlen(text), 0600), 0);
}

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	*p = (struct place){ .dir = "/tmp/userns-XXXXXX" };
	*state = p;
	return mkdtemp(p->dir) ? 0 : -1;
}

static int remove_place(void **state)
{
	struct place *p = *state;
	int r = fs_remove_tree_at(AT_FDCWD, p->dir);

	free(p);
	return r;
}

static void nothing_bars_where_no_knob_is(void **state)
{
	const struct place *p = *state;

	assert_null(userns_bar_find(p->dir));
	assert_null(userns_bar_find("/nowhere"));
}

static void a_knob_bars_by_its_value(void **state)
{
	const struct place *p = *state;

	put(p, "user/max_user_namespaces", "1000\n");
	put(p, "kernel/unprivileged_userns_clone", "1\n");
	put(p, "kernel/apparmor_restrict_unprivileged_userns", "0\n");
	assert_null(userns_bar_find(p->dir));
	put(p, "kernel/apparmor_restrict_unprivileged_userns", "1\n");
	assert_non_null(strstr(userns_bar_find(p->dir)->why, "AppArmor"));
	assert_non_null(strstr(userns_bar_find(p->dir)->cure, "APPARMOR=yes"));
}

static void what_bars_everybody_is_named_first(void **state)
{
	const struct place *p = *state;

	put(p, "kernel/apparmor_restrict_unprivileged_userns", "1\n");
	put(p, "kernel/unprivileged_userns_clone", "0\n");
	assert_non_null(strstr(userns_bar_find(p->dir)->why, "unprivileged_userns_clone"));
	put(p, "user/max_user_namespaces", "0\n");
	assert_non_null(strstr(userns_bar_find(p->dir)->why, "max_user_namespaces"));
}

#define AT_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_PLACE(nothing_bars_where_no_knob_is),
		AT_PLACE(a_knob_bars_by_its_value),
		AT_PLACE(what_bars_everybody_is_named_first),
	};

	return cmocka_run_group_tests_name("sandbox/userns", tests, NULL, NULL);
}
