/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cgroup/driver.h"

/* Plans only carry the descriptors on, so any numbers do. */
static const struct cg v1 = { .driver = &cg_v1, .version = CG_V1, .memory_fd = 70, .pids_fd = 71 };
static const struct cg v2 = { .driver = &cg_v2, .version = CG_V2, .memory_fd = 72, .pids_fd = 72 };
static const struct cg none = { .driver = &cg_none, .memory_fd = -1, .pids_fd = -1 };
static const struct cg_limits both = { .mem_bytes = (100 << 20) + 1, .pids = 50 };

static const char *written(const struct cg_group_plan *group, const char *file)
{
	for (size_t i = 0; i < group->n_writes; i++)
		if (str_eq(group->writes[i].file, file))
			return group->writes[i].value;
	return NULL;
}

static void a_v1_leaf_is_a_group_in_both_hierarchies(void **state)
{
	(void)state;
	struct cg_plan plan;
	cg_plan_leaf(&v1, "1-2-3", &both, &plan);
	assert_int_equal(plan.n_groups, 2);
	assert_int_equal(plan.groups[0].parent_fd, 70);
	assert_int_equal(plan.groups[1].parent_fd, 71);
	assert_string_equal(plan.groups[0].name, "1-2-3");
	assert_string_equal(plan.groups[0].join_file, "tasks");
	assert_string_equal(plan.groups[1].join_file, "tasks");
	assert_string_equal(written(&plan.groups[1], "pids.max"), "50");
}

static void v1_sets_the_limit_before_the_limit_with_swap(void **state)
{
	(void)state;
	struct cg_plan plan;
	cg_plan_leaf(&v1, "1-2-3", &both, &plan);
	const struct cg_group_plan *group = &plan.groups[0];
	assert_string_equal(group->writes[0].file, "memory.limit_in_bytes");
	assert_false(group->writes[0].optional);
	assert_string_equal(group->writes[1].file, "memory.memsw.limit_in_bytes");
	assert_true(group->writes[1].optional);
	assert_string_equal(group->writes[0].value, group->writes[1].value);
}

static void an_elastic_v1_leaf_begins_without_a_killer(void **state)
{
	(void)state;
	struct cg_plan plan;
	const struct cg_limits elastic = { .mem_bytes = 100 << 20, .elastic = true };
	cg_plan_leaf(&v1, "1-2-3", &elastic, &plan);
	assert_string_equal(written(&plan.groups[0], "memory.oom_control"), "1");
	cg_plan_leaf(&v1, "1-2-3", &both, &plan);
	assert_null(written(&plan.groups[0], "memory.oom_control"));
}

static void an_elastic_v2_leaf_is_slowed_down_below_its_limit(void **state)
{
	(void)state;
	struct cg_plan plan;
	const struct cg_limits elastic = { .mem_bytes = 96 << 20, .elastic = true };
	cg_plan_leaf(&v2, "1-2-3", &elastic, &plan);
	assert_string_equal(written(&plan.groups[0], "memory.max"), "100663296");
	assert_string_equal(written(&plan.groups[0], "memory.high"), "88080384");
	cg_plan_leaf(&v2, "1-2-3", &both, &plan);
	assert_null(written(&plan.groups[0], "memory.high"));
	/* Of a large limit no more than 64 MiB lie fallow. */
	assert_int_equal(cg_near_bytes(UINT64_C(4) << 30), (UINT64_C(4) << 30) - (64 << 20));
}

static void limits_are_whole_pages_and_at_least_one(void **state)
{
	(void)state;
	struct cg_plan plan;
	cg_plan_leaf(&v2, "1-2-3", &both, &plan);
	assert_string_equal(written(&plan.groups[0], "memory.max"), "104857600");
	const struct cg_limits tiny = { .mem_bytes = 1 };
	cg_plan_leaf(&v2, "1-2-3", &tiny, &plan);
	assert_string_not_equal(written(&plan.groups[0], "memory.max"), "0");
}

static void a_v2_leaf_is_one_group_without_swap(void **state)
{
	(void)state;
	struct cg_plan plan;
	cg_plan_leaf(&v2, "1-2-3", &both, &plan);
	assert_int_equal(plan.n_groups, 1);
	assert_null(plan.groups[0].join_file);
	assert_string_equal(written(&plan.groups[0], "memory.swap.max"), "0");
	assert_string_equal(written(&plan.groups[0], "pids.max"), "50");
}

static void no_limit_writes_no_limit_but_swap_stays_off(void **state)
{
	(void)state;
	const struct cg_limits nothing = { 0 };
	struct cg_plan plan;
	cg_plan_leaf(&v1, "1-2-3", &nothing, &plan);
	assert_int_equal(plan.n_groups, 1);
	assert_null(written(&plan.groups[0], "memory.limit_in_bytes"));
	assert_string_equal(written(&plan.groups[0], "memory.swappiness"), "0");
	cg_plan_leaf(&v2, "1-2-3", &nothing, &plan);
	assert_null(written(&plan.groups[0], "memory.max"));
	assert_null(written(&plan.groups[0], "pids.max"));
	assert_string_equal(written(&plan.groups[0], "memory.swap.max"), "0");
}

static void controllers_mounted_together_share_one_group(void **state)
{
	(void)state;
	const struct cg joint = { .driver = &cg_v1, .version = CG_V1, .memory_fd = 70,
				  .pids_fd = 70 };
	struct cg_plan plan;
	cg_plan_leaf(&joint, "1-2-3", &both, &plan);
	assert_int_equal(plan.n_groups, 1);
	assert_string_equal(written(&plan.groups[0], "pids.max"), "50");
}

static void without_the_pids_controller_memory_is_still_limited(void **state)
{
	(void)state;
	const struct cg v1_memory = { .driver = &cg_v1, .version = CG_V1, .memory_fd = 70,
				      .pids_fd = -1 };
	const struct cg v2_memory = { .driver = &cg_v2, .version = CG_V2, .memory_fd = 70,
				      .pids_fd = -1 };
	struct cg_plan plan;
	cg_plan_leaf(&v1_memory, "1-2-3", &both, &plan);
	assert_int_equal(plan.n_groups, 1);
	cg_plan_leaf(&v2_memory, "1-2-3", &both, &plan);
	assert_null(written(&plan.groups[0], "pids.max"));
	assert_non_null(written(&plan.groups[0], "memory.max"));
}

static void none_plans_no_groups(void **state)
{
	(void)state;
	struct cg_plan plan;
	cg_plan_leaf(&none, "1-2-3", &both, &plan);
	assert_int_equal(plan.n_groups, 0);
}

static void v1_counters_are_understood(void **state)
{
	(void)state;
	struct cg_usage usage = { 0 };
	cg_parse_usage(&v1, "memory.max_usage_in_bytes", "104857600", &usage);
	cg_parse_usage(&v1, "memory.limit_in_bytes", "104861696", &usage);
	assert_false(usage.limit_hit);
	cg_parse_usage(&v1, "memory.limit_in_bytes", "104857600", &usage);
	cg_parse_usage(&v1, "memory.oom_control", "oom_kill_disable 7\nunder_oom 0\noom_kill 2\n",
		       &usage);
	assert_int_equal(usage.peak_bytes, 104857600);
	assert_int_equal(usage.oom_kills, 2);
	assert_true(usage.limit_hit);
}

static void v2_counters_are_understood(void **state)
{
	(void)state;
	struct cg_usage usage = { 0 };
	cg_parse_usage(&v2, "memory.peak", "4096", &usage);
	cg_parse_usage(&v2, "memory.events",
		       "low 0\nhigh 3\nmax 0\noom 1\noom_kill 2\noom_group_kill 9", &usage);
	assert_int_equal(usage.peak_bytes, 4096);
	assert_int_equal(usage.oom_kills, 2);
	assert_false(usage.limit_hit);
	cg_parse_usage(&v2, "memory.events", "low 0\nhigh 3\nmax 4\n", &usage);
	assert_true(usage.limit_hit);
}

static void counters_of_other_kernels_leave_usage_alone(void **state)
{
	(void)state;
	struct cg_usage usage = { .peak_bytes = 5, .oom_kills = 6 };
	cg_parse_usage(&v1, "memory.max_usage_in_bytes", "", &usage);
	cg_parse_usage(&v1, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n", &usage);
	cg_parse_usage(&v1, "memory.peak", "9", &usage);
	cg_parse_usage(&v2, "memory.peak", "nonsense", &usage);
	cg_parse_usage(&v2, "memory.events", "", &usage);
	cg_parse_usage(&none, "memory.peak", "9", &usage);
	assert_int_equal(usage.peak_bytes, 5);
	assert_int_equal(usage.oom_kills, 6);
}

static void a_key_is_found_only_whole_and_at_a_line_start(void **state)
{
	(void)state;
	static const char text[] = "file_mapped 1\nmy_file 2\nfile 3\nanon 4\nhuge "
				   "99999999999999999999999999\n";
	uint64_t n = 0;
	assert_true(cg_stat_get(text, "file", &n));
	assert_int_equal(n, 3);
	assert_false(cg_stat_get(text, "fil", &n));
	assert_false(cg_stat_get(text, "huge", &n));
	assert_false(cg_stat_get("file", "file", &n));
	assert_false(cg_stat_get("file x", "file", &n));
	assert_int_equal(n, 3);
	static const char *const keys[] = { "anon", "absent", "file", NULL };
	assert_int_equal(cg_stat_sum(text, keys), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_v1_leaf_is_a_group_in_both_hierarchies),
		cmocka_unit_test(v1_sets_the_limit_before_the_limit_with_swap),
		cmocka_unit_test(an_elastic_v1_leaf_begins_without_a_killer),
		cmocka_unit_test(an_elastic_v2_leaf_is_slowed_down_below_its_limit),
		cmocka_unit_test(limits_are_whole_pages_and_at_least_one),
		cmocka_unit_test(a_v2_leaf_is_one_group_without_swap),
		cmocka_unit_test(no_limit_writes_no_limit_but_swap_stays_off),
		cmocka_unit_test(controllers_mounted_together_share_one_group),
		cmocka_unit_test(without_the_pids_controller_memory_is_still_limited),
		cmocka_unit_test(none_plans_no_groups),
		cmocka_unit_test(v1_counters_are_understood),
		cmocka_unit_test(v2_counters_are_understood),
		cmocka_unit_test(counters_of_other_kernels_leave_usage_alone),
		cmocka_unit_test(a_key_is_found_only_whole_and_at_a_line_start),
	};
	return cmocka_run_group_tests_name("cgroup/plan", tests, NULL, NULL);
}
