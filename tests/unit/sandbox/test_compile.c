/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/plan.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "desk.h"

static size_t that_may_be_refused(const struct step_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += (list->steps[i].when_refused & SBX_MAY_FAIL) != 0;
	return n;
}

static void a_shared_pid_namespace_keeps_the_hosts_proc(void **state)
{
	struct desk *d = *state;

	d->spec.namespaces = SPEC_NS_MOUNT;
	compile(d);
	find(d, "make namespaces mount\n");
	assert_false(says(d, "mount proc"));
}

static void nothing_is_mounted_in_a_shared_mount_namespace(void **state)
{
	struct desk *d = *state;

	d->spec.namespaces = SPEC_NS_PID | SPEC_NS_IPC;
	set(d, "filesystem", "private", "/tmp");
	set(d, "filesystem", "root", "readonly");
	compile(d);
	find(d, "make namespaces pid ipc\n");
	assert_false(says(d, "mount "));
	assert_false(says(d, "read-only"));
}

static void descriptors_of_steps_stay_above_those_that_are_kept(void **state)
{
	struct desk *d = *state;
	static const int kept[] = { 700, 500 };

	d->rq.keep_fds = kept;
	d->rq.n_keep_fds = 2;
	bind(d, d->file, "/etc/passwd", false);
	compile(d);
	assert_int_equal(d->plan->job.n_keep_fds, 2);
	assert_int_equal(d->plan->job.keep_fds[0], 500);
	assert_true(step_of(d, SBX_TREE, d->file)->fd > 700);
}

static void strict_lets_no_step_be_refused(void **state)
{
	struct desk *d = *state;

	d->spec.namespaces |= SPEC_NS_CGROUP;
	set(d, "filesystem", "root", "readonly");
	set(d, "filesystem", "dev", "minimal");
	compile(d);
	assert_true(that_may_be_refused(&d->plan->init) > 0);
	assert_true(that_may_be_refused(&d->plan->test) > 0);
	d->rq.strict = true;
	compile(d);
	assert_int_equal(that_may_be_refused(&d->plan->init), 0);
	assert_int_equal(that_may_be_refused(&d->plan->test), 0);
}

static void what_may_be_refused_says_what_is_lost(void **state)
{
	struct desk *d = *state;

	d->spec.namespaces |= SPEC_NS_CGROUP;
	set(d, "filesystem", "root", "readonly");
	set(d, "filesystem", "dev", "minimal");
	set(d, "filesystem", "workspace", "readonly");
	set(d, "filesystem", "readonly", "/proc/sys");
	compile(d);
	const struct step_list *const lists[] = { &d->plan->init, &d->plan->test };
	for (size_t k = 0; k < ARRAY_SIZE(lists); k++)
		for (size_t i = 0; i < lists[k]->n; i++)
			if (lists[k]->steps[i].when_refused & SBX_MAY_FAIL)
				assert_non_null(lists[k]->steps[i].about);
}

static void a_fault_is_the_step_in_words_with_the_reason_and_a_cure(void **state)
{
	struct desk *d = *state;

	set(d, "filesystem", "workspace", "overlay");
	compile(d);
	struct sbx_fault fault = { .stage = SBX_STAGE_INIT, .code = EINVAL };
	while (d->plan->init.steps[fault.step].op != SBX_MOUNT ||
	       !str_eq(d->plan->init.steps[fault.step].type, "overlay"))
		fault.step++;
	fault_explain(d->plan, &fault, &d->err);
	assert_int_equal(d->err.kind, ISO_ERR_HOST);
	assert_int_equal(d->err.code, EINVAL);
	assert_non_null(strstr(d->err.text, "mount overlay on '"));
	assert_non_null(strstr(d->err.text, "Invalid argument"));
	assert_non_null(strstr(d->err.text, "--workspace shared"));
}

static void a_command_that_is_not_found_inside_is_told_where_it_is(void **state)
{
	struct desk *d = *state;
	struct sbx_fault fault = { .stage = SBX_STAGE_EXEC, .code = ENOENT };

	compile(d);
	fault_explain(d->plan, &fault, &d->err);
	assert_true(str_starts(d->err.text, "command 'true': not found\nhint: '/"));
	assert_non_null(strstr(d->err.text, "/true' exists: the sandbox hides it"));
	fault = (struct sbx_fault){ .stage = SBX_STAGE_EXEC, .step = 1, .code = EACCES };
	fault_explain(d->plan, &fault, &d->err);
	assert_string_equal(d->err.text, "command '/bin/true': Permission denied");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(a_shared_pid_namespace_keeps_the_hosts_proc),
		AT_DESK(nothing_is_mounted_in_a_shared_mount_namespace),
		AT_DESK(descriptors_of_steps_stay_above_those_that_are_kept),
		AT_DESK(strict_lets_no_step_be_refused),
		AT_DESK(what_may_be_refused_says_what_is_lost),
		AT_DESK(a_fault_is_the_step_in_words_with_the_reason_and_a_cure),
		AT_DESK(a_command_that_is_not_found_inside_is_told_where_it_is),
	};

	return cmocka_run_group_tests_name("sandbox/compile", tests, NULL, NULL);
}
