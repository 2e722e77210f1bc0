/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/plan.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "desk.h"

static void a_user_namespace_maps_its_one_user_before_all_else(void **state)
{
	struct desk *d = *state;

	d->rq.user_ns = true;
	set(d, "filesystem", "workspace", "overlay");
	compile(d);
	find(d, "make namespaces user mount pid\n");
	/* Linux 3.19 wants it in this order. */
	comes_before(d, "write 'deny' to '/proc/self/setgroups'", "'/proc/self/gid_map'");
	comes_before(d, "'/proc/self/gid_map'", "make all mounts private");
	find(d, ",userxattr)");
	d->spec.namespaces = 0;
	set(d, "filesystem", "workspace", "shared");
	compile(d);
	assert_false(says(d, "uid_map"));
}

static void nobody_else_can_be_run_as_in_a_user_namespace(void **state)
{
	struct desk *d = *state;

	d->rq.user_ns = true;
	set(d, "process", "user", "65534:65534");
	assert_non_null(strstr(refuses(d), "user '65534:65534'"));
}

static void privileges_go_in_the_order_that_each_step_still_can(void **state)
{
	struct desk *d = *state;
	static const char bpf[16];

	d->spec.namespaces |= SPEC_NS_CGROUP;
	set(d, "process", "capabilities", "none");
	set(d, "process", "capabilities", "chown kill");
	set(d, "process", "no-new-privs", "yes");
	set(d, "process", "seccomp", "default");
	d->rq.bpf = bpf;
	d->rq.bpf_bytes = sizeof(bpf);
	d->rq.own_session = true;
	compile(d);
	comes_before(d, "test: start a session", "test: make a cgroup namespace");
	comes_before(d, "test: make a cgroup namespace", "test: keep capabilities 0x21\n");
	comes_before(d, "test: change to directory '/'", "test: keep capabilities");
	comes_before(d, "test: keep capabilities", "test: load a seccomp filter of 2 instructions");
	comes_before(d, "test: set no_new_privs", "test: load a seccomp filter");
	comes_before(d, "test: load a seccomp filter", "test: run true word\n");
}

static void capabilities_that_change_the_ids_go_after_them(void **state)
{
	struct desk *d = *state;

	if (geteuid() != 0)
		skip();
	set(d, "process", "capabilities", "none");
	/* As sbx_resolve_user leaves it. */
	d->spec.user = strdup("65534:65533:7");
	compile(d);
	comes_before(d, "test: bound capabilities to 0\n",
		     "test: become user 65534, group 65533, supplementary groups 7\n");
	comes_before(d, "test: become user", "test: keep capabilities 0\n");
}

static void an_unknown_capability_is_refused(void **state)
{
	struct desk *d = *state;

	set(d, "process", "capabilities", "none");
	assert_int_equal(strv_add(&d->spec.capabilities, "sys_adnim"), 0);
	assert_non_null(strstr(refuses(d), "unknown capability 'sys_adnim'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(a_user_namespace_maps_its_one_user_before_all_else),
		AT_DESK(nobody_else_can_be_run_as_in_a_user_namespace),
		AT_DESK(privileges_go_in_the_order_that_each_step_still_can),
		AT_DESK(capabilities_that_change_the_ids_go_after_them),
		AT_DESK(an_unknown_capability_is_refused),
	};

	return cmocka_run_group_tests_name("sandbox/identity", tests, NULL, NULL);
}
