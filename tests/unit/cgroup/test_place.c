/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "base/cleanup.h"
#include "cgroup/cgroup.h"

static char *text_of(const struct cg_place *p)
{
	struct buf b = BUF_INIT;
	char *text = NULL;
	assert_int_equal(cg_place_to_text(p, &b), 0);
	assert_int_equal(buf_finish(&b, &text), 0);
	return text;
}

static void a_place_comes_back_from_its_text(void **state)
{
	(void)state;
	char memory[] = "/sys/fs/cgroup/memory/a b/isorun";
	char above[] = "/sys/fs/cgroup/memory/a b";
	char pids[] = "/sys/fs/cgroup/pids/isorun";
	char self[] = "4:memory:/a b\n8:pids:/\n0::/\n";
	const struct cg_place p = { .version = CG_V1, .memory_dir = memory, .pids_dir = pids,
				    .above_dir = above, .self = self };
	_cleanup_free_ char *text = text_of(&p);
	struct cg_place back = { .version = CG_NONE };
	assert_int_equal(cg_place_from_text(text, &back), 0);
	assert_int_equal(back.version, CG_V1);
	assert_string_equal(back.memory_dir, memory);
	assert_string_equal(back.pids_dir, pids);
	assert_string_equal(back.above_dir, above);
	assert_string_equal(back.self, self);
	assert_null(back.why_none);
	cg_place_fini(&back);
	assert_null(back.memory_dir);
}

static void a_place_without_groups_keeps_its_reason(void **state)
{
	(void)state;
	char why[] = "'/x': Permission denied; cure: ask";
	char self[] = "";
	const struct cg_place p = { .version = CG_NONE, .self = self, .why_none = why };
	_cleanup_free_ char *text = text_of(&p);
	struct cg_place back = { .version = CG_V1 };
	assert_int_equal(cg_place_from_text(text, &back), 0);
	assert_int_equal(back.version, CG_NONE);
	assert_null(back.memory_dir);
	assert_string_equal(back.self, "");
	assert_string_equal(back.why_none, why);
	cg_place_fini(&back);
}

static void text_that_was_never_written_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"memory_dir /x\n",              /* no version */
		"version v3\n",
		"version v\n",
		"version v1\n",                 /* v1 without its directory */
		"version none\ncolour blue\n",
		"version none\nself\n",         /* a key without a value */
	};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct cg_place p = { .version = CG_V2 };
		assert_int_equal(cg_place_from_text(bad[i], &p), -EINVAL);
		assert_int_equal(p.version, CG_V2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_comes_back_from_its_text),
		cmocka_unit_test(a_place_without_groups_keeps_its_reason),
		cmocka_unit_test(text_that_was_never_written_is_refused),
	};
	return cmocka_run_group_tests_name("cgroup/place", tests, NULL, NULL);
}
