/* SPDX-License-Identifier: Apache-2.0 */
/* Bounds and sweeping on directories that only look like groups. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"
#include "cgroup/cgroup.h"

struct tree {
	char dir[32];
	char *group;       /* dir/slice/box/isorun */
	struct cg_place place;
	struct cg *cg;
};

static void put(const struct tree *t, const char *path, const char *text)
{
	_cleanup_free_ char *full = path_join(t->dir, path);
	_cleanup_free_ char *parent = path_dir(full);
	assert_int_equal(fs_mkdirs(parent, 0755), 0);
	assert_int_equal(fs_replace_at(AT_FDCWD, full, text, strlen(text), 0644), 0);
}

static struct cg *open_as(struct tree *t, enum cg_version version)
{
	cg_place_fini(&t->place);
	t->place.version = version;
	t->place.memory_dir = strdup(t->group);
	t->place.above_dir = path_dir(t->group);
	assert_int_equal(cg_open(&t->place, &t->cg, NULL), 0);
	return t->cg;
}

static int make_tree(void **state)
{
	struct tree *t = calloc(1, sizeof(*t));
	snprintf(t->dir, sizeof(t->dir), "/tmp/isorun-unit-XXXXXX");
	if (!mkdtemp(t->dir))
		return -1;
	t->group = path_join(t->dir, "slice/box/isorun");
	*state = t;
	return fs_mkdirs(t->group, 0755);
}

static int remove_tree(void **state)
{
	struct tree *t = *state;
	cg_close(t->cg);
	cg_place_fini(&t->place);
	int r = fs_remove_tree_at(AT_FDCWD, t->dir);
	free(t->group);
	free(t);
	return r;
}

static void put_v2(const struct tree *t, const char *group, const char *max, const char *current,
		   const char *stat_text)
{
	char path[64];
	snprintf(path, sizeof(path), "%s/memory.max", group);
	put(t, path, max);
	snprintf(path, sizeof(path), "%s/memory.current", group);
	put(t, path, current);
	snprintf(path, sizeof(path), "%s/memory.stat", group);
	put(t, path, stat_text);
}

static void a_limit_above_is_less_by_what_others_hold(void **state)
{
	struct tree *t = *state;
	/* Of 600 in the box, 200 are cache and 150 are our tests': 250 are others'. */
	put_v2(t, "slice/box", "1000\n", "600\n", "anon 400\ninactive_file 120\nactive_file 80\n");
	put_v2(t, "slice/box/isorun", "max\n", "250\n", "anon 150\ninactive_file 100\n");
	struct cg_bound rows[4];
	assert_int_equal(cg_bounds_above(open_as(t, CG_V2), rows, 4), 1);
	assert_int_equal(rows[0].bytes, 750);
	assert_true(str_ends(rows[0].path, "/slice/box"));
}

static void every_level_with_a_limit_gives_a_row_nearest_first(void **state)
{
	struct tree *t = *state;
	put_v2(t, "slice", "9000\n", "100\n", "anon 100\n");
	put_v2(t, "slice/box", "max\n", "100\n", "anon 100\n");
	put_v2(t, "slice/box/isorun", "max\n", "0\n", "anon 0\n");
	struct cg_bound rows[4];
	assert_int_equal(cg_bounds_above(open_as(t, CG_V2), rows, 4), 1);
	assert_int_equal(rows[0].bytes, 8900);
	put_v2(t, "slice/box", "500\n", "100\n", "anon 100\n");
	assert_int_equal(cg_bounds_above(t->cg, rows, 4), 2);
	assert_int_equal(rows[0].bytes, 400);
	assert_int_equal(rows[1].bytes, 8900);
	assert_int_equal(cg_bounds_above(t->cg, rows, 1), 1);
}

static void a_limit_that_others_exceed_leaves_nothing(void **state)
{
	struct tree *t = *state;
	put_v2(t, "slice/box", "1000\n", "4000\n", "anon 4000\n");
	struct cg_bound row;
	assert_int_equal(cg_bounds_above(open_as(t, CG_V2), &row, 1), 1);
	assert_int_equal(row.bytes, 0);
}

static void v1_says_no_limit_by_a_huge_number(void **state)
{
	struct tree *t = *state;
	put(t, "slice/box/memory.limit_in_bytes", "9223372036854771712\n");
	put(t, "slice/memory.limit_in_bytes", "2000\n");
	put(t, "slice/memory.usage_in_bytes", "700\n");
	put(t, "slice/memory.stat", "inactive_file 1\ntotal_inactive_file 100\n"
				    "total_active_file 200\n");
	struct cg_bound rows[4];
	assert_int_equal(cg_bounds_above(open_as(t, CG_V1), rows, 4), 1);
	assert_int_equal(rows[0].bytes, 1600);
}

static void without_a_group_the_limits_above_are_still_seen(void **state)
{
	struct tree *t = *state;
	put(t, "slice/box/memory.limit_in_bytes", "2000\n");
	put(t, "slice/box/memory.usage_in_bytes", "700\n");
	struct cg_bound rows[4];
	open_as(t, CG_NONE);
	assert_int_equal(cg_version_of(t->cg), CG_NONE);
	assert_int_equal(cg_bounds_above(t->cg, rows, 4), 1);
	assert_int_equal(rows[0].bytes, 1300);
	put_v2(t, "slice/box", "1000\n", "100\n", "");
	assert_int_equal(cg_bounds_above(t->cg, rows, 4), 1);
	assert_int_equal(rows[0].bytes, 900);
}

static void a_stale_place_says_so(void **state)
{
	struct tree *t = *state;
	open_as(t, CG_V2);
	assert_int_equal(rmdir(t->group), 0);
	struct cg *cg = NULL;
	struct iso_err err = ISO_ERR_INIT;
	assert_int_equal(cg_open(&t->place, &cg, &err), -ENOENT);
	assert_null(cg);
	assert_non_null(strstr(err.text, t->group));
}

static bool exists(const struct tree *t, const char *leaf)
{
	_cleanup_free_ char *path = path_join(t->group, leaf);
	return access(path, F_OK) == 0;
}

static void make_leaf(const struct tree *t, const char *leaf)
{
	_cleanup_free_ char *path = path_join(t->group, leaf);
	assert_int_equal(fs_mkdirs(path, 0755), 0);
}

static void only_leaves_of_dead_processes_are_swept(void **state)
{
	struct tree *t = *state;
	struct cg *cg = open_as(t, CG_V2);
	char ours[CG_NAME];
	cg_leaf_name(cg, 7, ours);
	char reused[CG_NAME]; /* our pid, started at another time */
	snprintf(reused, sizeof(reused), "%d-1-0", (int)getpid());
	make_leaf(t, ours);
	make_leaf(t, reused);
	make_leaf(t, "4194999-1-0/below/that"); /* above the largest pid there can be */
	make_leaf(t, "keep");
	make_leaf(t, "12-x-3");
	assert_int_equal(cg_sweep(cg), 2);
	assert_true(exists(t, ours));
	assert_true(exists(t, "keep"));
	assert_true(exists(t, "12-x-3"));
	assert_false(exists(t, reused));
	assert_false(exists(t, "4194999-1-0"));
	assert_int_equal(cg_sweep(cg), 0);
}

static void removing_a_leaf_takes_what_a_test_made_below_it(void **state)
{
	struct tree *t = *state;
	struct cg *cg = open_as(t, CG_V2);
	make_leaf(t, "1-2-3/a/b");
	make_leaf(t, "1-2-3/c");
	assert_int_equal(cg_remove_leaf(cg, "1-2-3"), 0);
	assert_false(exists(t, "1-2-3"));
	assert_int_equal(cg_remove_leaf(cg, "1-2-3"), 0);
}

#define tree_test(f) cmocka_unit_test_setup_teardown(f, make_tree, remove_tree)

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(a_limit_above_is_less_by_what_others_hold),
		tree_test(every_level_with_a_limit_gives_a_row_nearest_first),
		tree_test(a_limit_that_others_exceed_leaves_nothing),
		tree_test(v1_says_no_limit_by_a_huge_number),
		tree_test(without_a_group_the_limits_above_are_still_seen),
		tree_test(a_stale_place_says_so),
		tree_test(only_leaves_of_dead_processes_are_swept),
		tree_test(removing_a_leaf_takes_what_a_test_made_below_it),
	};
	return cmocka_run_group_tests_name("cgroup/bounds", tests, NULL, NULL);
}
