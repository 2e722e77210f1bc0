/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/plan.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"

/* A request over a directory below /tmp that goes away at the end. */
struct desk {
	char top[48];
	char *workspace;
	char *file;
	struct spec spec;
	struct cg_plan cgroups;
	struct sbx_request rq;
	struct sbx_plan *plan;
	struct buf text; /* the plan in words */
	struct iso_err err;
};

static char *const command[] = { (char *)"true", (char *)"word", NULL };
static char *const environment[] = { (char *)"PATH=/usr/bin:/bin", NULL };

static int set_up(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));

	if (!d || spec_init(&d->spec) < 0)
		return -1;
	memcpy(d->top, "/tmp/isorun-test-compile-XXXXXX", 32);
	if (!mkdtemp(d->top) || asprintf(&d->workspace, "%s/tree, :odd", d->top) < 0 ||
	    asprintf(&d->file, "%s/file", d->top) < 0)
		return -1;
	d->spec.namespaces = SPEC_NS_MOUNT | SPEC_NS_PID;
	d->rq = (struct sbx_request){
		.spec = &d->spec,
		.argv = command,
		.env = environment,
		.cwd = "/",
		.workspace = d->workspace,
		.cgroups = &d->cgroups,
		.stdin_fd = -1,
		.stdout_fd = -1,
		.stderr_fd = -1,
	};
	*state = d;
	if (mkdir(d->workspace, 0700) < 0)
		return -1;
	return fs_replace_at(AT_FDCWD, d->file, "x", 1, 0600);
}

static int tear_down(void **state)
{
	struct desk *d = *state;

	sbx_plan_free(d->plan);
	buf_free(&d->text);
	fs_remove_tree_at(AT_FDCWD, d->top);
	spec_fini(&d->spec);
	free(d->workspace);
	free(d->file);
	free(d);
	return 0;
}

static void set(struct desk *d, const char *section, const char *key, const char *value)
{
	if (spec_set(&d->spec, section, key, value, "test", &d->err) < 0)
		fail_msg("%s", d->err.text);
}

static void bind(struct desk *d, const char *src, const char *dst, bool readonly)
{
	assert_int_equal(spec_add_bind(&d->spec, src, dst, readonly), 0);
}

static void compile(struct desk *d)
{
	sbx_plan_free(d->plan);
	d->plan = NULL;
	if (sbx_compile(&d->rq, &d->plan, &d->err) < 0)
		fail_msg("%s", d->err.text);
	buf_clear(&d->text);
	sbx_explain(d->plan, &d->text);
}

/* The words of the error. */
static const char *refuses(struct desk *d)
{
	assert_true(sbx_compile(&d->rq, &d->plan, &d->err) < 0);
	assert_null(d->plan);
	assert_int_equal(d->err.kind, ISO_ERR_USAGE);
	return d->err.text;
}

static bool says(const struct desk *d, const char *words)
{
	return strstr(buf_str(&d->text), words);
}

static size_t count(const struct desk *d, const char *words)
{
	size_t n = 0;

	for (const char *at = buf_str(&d->text); (at = strstr(at, words)); at++)
		n++;
	return n;
}

/* Where the words stand; they must. */
static const char *find(const struct desk *d, const char *words)
{
	const char *at = strstr(buf_str(&d->text), words);

	if (!at)
		fail_msg("no '%s' in\n%s", words, buf_str(&d->text));
	return at;
}

static void comes_before(const struct desk *d, const char *first, const char *then)
{
	if (find(d, first) >= find(d, then))
		fail_msg("'%s' comes after '%s' in\n%s", first, then, buf_str(&d->text));
}

__attribute__((format(printf, 1, 2))) static char *words(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	assert_true(vasprintf(&text, fmt, ap) >= 0);
	va_end(ap);
	return text;
}

static void sources_of_binds_are_held_before_anything_covers_them(void **state)
{
	struct desk *d = *state;
	_cleanup_free_ char *take = words("take the tree '%s'", d->file);

	set(d, "filesystem", "private", "/tmp");
	bind(d, d->file, "/tmp/shown/file", true);
	compile(d);
	comes_before(d, take, "mount tmpfs on '/tmp'");
	comes_before(d, take, "read-only");
	comes_before(d, "make directory '/tmp/0/shown'", "make file '/tmp/0/shown/file'");
	comes_before(d, "make file '/tmp/0/shown/file'", "on '/tmp/0/shown/file'");
	comes_before(d, "on '/tmp/0/shown/file'", "take the tree '/tmp/0'");
}

static void a_bind_without_a_source_is_refused(void **state)
{
	struct desk *d = *state;

	bind(d, "/nonexistent/source", "/mnt", false);
	assert_non_null(strstr(refuses(d), "bind source '/nonexistent/source'"));
	assert_int_equal(d->err.code, ENOENT);
}

static void a_bind_to_nowhere_is_refused(void **state)
{
	struct desk *d = *state;

	bind(d, d->file, "/nonexistent/target", false);
	assert_non_null(strstr(refuses(d), "bind target '/nonexistent/target'"));
}

static void private_directories_share_one_scratch(void **state)
{
	struct desk *d = *state;

	set(d, "filesystem", "private", "/tmp /var/tmp /run");
	d->rq.tmp_size_bytes = 4096;
	compile(d);
	assert_int_equal(count(d, "mount tmpfs"), 1);
	find(d, "mount tmpfs on '/tmp' (mode=0755,size=4096)");
	find(d, "set mode 1777 of '/tmp/2'");
	comes_before(d, "take the tree '/tmp/2'", "on '/tmp'\n");
	find(d, "on '/var/tmp'\n");
	find(d, "on '/run'\n");
}

static void what_lies_in_a_private_directory_is_private_already(void **state)
{
	struct desk *d = *state;

	set(d, "filesystem", "private", "/tmp");
	set(d, "filesystem", "private", d->top);
	compile(d);
	assert_false(says(d, "make directory '/tmp/1'"));
}

static void a_private_directory_that_the_host_lacks_is_passed_over(void **state)
{
	struct desk *d = *state;

	set(d, "filesystem", "private", "/nonexistent/private");
	compile(d);
	assert_false(says(d, "tmpfs"));
}

static void a_workspace_below_a_private_directory_stays_visible(void **state)
{
	struct desk *d = *state;
	_cleanup_free_ char *take = words("take the tree '%s'", d->workspace);
	_cleanup_free_ char *place = words("on '/tmp/0%s'", d->workspace + strlen("/tmp"));

	set(d, "filesystem", "private", "/tmp");
	compile(d);
	comes_before(d, take, "mount tmpfs");
	comes_before(d, "mount tmpfs", place);
	comes_before(d, place, "take the tree '/tmp/0'");
}

static void a_shared_workspace_that_nothing_covers_needs_no_step(void **state)
{
	struct desk *d = *state;

	compile(d);
	assert_false(says(d, d->workspace));
}

static void the_lower_directory_of_an_overlay_goes_by_its_descriptor(void **state)
{
	struct desk *d = *state;
	_cleanup_free_ char *open_it = words("open '%s' as ", d->workspace);

	set(d, "filesystem", "workspace", "overlay");
	compile(d);
	const char *at = find(d, open_it);
	_cleanup_free_ char *lower = words("(lowerdir=/proc/self/fd/%d,upperdir=/tmp/upper,",
					   atoi(at + strlen(open_it)));
	comes_before(d, open_it, "mount tmpfs on '/tmp'");
	comes_before(d, "make directory '/tmp/upper'", lower);
	comes_before(d, lower, "unmount '/tmp'");
	assert_false(says(d, "userxattr"));
}

static void an_overlay_shows_the_mode_of_the_workspace(void **state)
{
	struct desk *d = *state;

	assert_int_equal(chmod(d->workspace, 0751), 0);
	set(d, "filesystem", "workspace", "overlay");
	compile(d);
	_cleanup_free_ char *own = words("set mode 0751 of '/tmp/upper' and owner %u:%u",
					 geteuid(), getegid());
	find(d, own);
}

static void an_overlay_over_nothing_is_refused(void **state)
{
	struct desk *d = *state;

	set(d, "filesystem", "workspace", "overlay");
	d->rq.workspace = "/nonexistent/workspace";
	assert_non_null(strstr(refuses(d), "workspace '/nonexistent/workspace'"));
}

static void a_read_only_root_is_made_before_the_scratch_and_after_the_sources(void **state)
{
	struct desk *d = *state;
	_cleanup_free_ char *take = words("take the tree '%s'", d->workspace);
	static const char root[] = "make everything below '/' read-only";

	set(d, "filesystem", "root", "readonly");
	set(d, "filesystem", "private", "/var/tmp");
	compile(d);
	comes_before(d, take, root);
	comes_before(d, root, "mount tmpfs on '/var/tmp'");
	_cleanup_free_ char *place = words("on '%s'\n", d->workspace);
	comes_before(d, root, place);
}

static void a_read_only_workspace_is_made_so_while_it_is_held(void **state)
{
	struct desk *d = *state;
	_cleanup_free_ char *place = words("on '%s'\n", d->workspace);
	_cleanup_free_ char *take = words("take the tree '%s'", d->workspace);
	_cleanup_free_ char *protect = words("('%s') read-only", d->workspace);

	set(d, "filesystem", "workspace", "readonly");
	compile(d);
	comes_before(d, take, protect);
	comes_before(d, protect, place);
}

static void covered_paths_come_after_proc(void **state)
{
	struct desk *d = *state;

	set(d, "filesystem", "readonly", "/proc/sys");
	set(d, "filesystem", "hide", "/proc/cmdline /proc/irq /nonexistent/hidden");
	compile(d);
	comes_before(d, "mount proc on '/proc'", "take the tree '/proc/sys'");
	comes_before(d, "take the tree '/dev/null'", "on '/proc/cmdline'");
	find(d, "mount tmpfs on '/proc/irq' (mode=0555,size=4k)");
	assert_false(says(d, "/nonexistent/hidden"));
}

/* The step that names the path; there must be one. */
static const struct sbx_step *step_of(const struct desk *d, enum sbx_op op, const char *path)
{
	for (size_t i = 0; i < d->plan->init.n; i++) {
		const struct sbx_step *s = &d->plan->init.steps[i];
		if (s->op == op && str_eq(s->path, path))
			return s;
	}
	fail_msg("no step %d on '%s' in\n%s", op, path, buf_str(&d->text));
	return NULL;
}

static void what_a_private_directory_covers_need_not_be_there_to_be_hidden(void **state)
{
	struct desk *d = *state;

	set(d, "filesystem", "hide", d->file);
	compile(d);
	assert_int_equal(step_of(d, SBX_PLACE, d->file)->when_refused, 0);
	set(d, "filesystem", "private", "/tmp");
	compile(d);
	assert_int_equal(step_of(d, SBX_PLACE, d->file)->when_refused, SBX_MAY_LACK);
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

static void the_nodes_of_a_minimal_dev_are_held_before_it_is_replaced(void **state)
{
	struct desk *d = *state;

	set(d, "filesystem", "dev", "minimal");
	set(d, "filesystem", "private", "/dev/shm");
	set(d, "filesystem", "hide", d->file);
	compile(d);
	comes_before(d, "take the tree '/dev/null'", "mount tmpfs on '/dev'");
	comes_before(d, "('/dev/null') read-only", "mount tmpfs on '/dev'");
	find(d, "make link '/dev/0/ptmx' to 'pts/ptmx'");
	comes_before(d, "mount devpts on '/dev/0/pts'", "take the tree '/dev/0'");
	comes_before(d, "make directory '/dev/0/shm'", "('/dev') read-only");
	comes_before(d, "('/dev') read-only", "on '/dev'\n");
	comes_before(d, "on '/dev'\n", "on '/dev/shm'\n");
	assert_int_equal(count(d, "on '/dev/shm'\n"), 1);
	/* The second one is of the new /dev, for the hidden file. */
	assert_int_equal(count(d, "take the tree '/dev/null'"), 2);
	_cleanup_free_ char *hide = words("on '%s'\n", d->file);
	comes_before(d, "on '/dev/shm'\n", hide);
}

/* Only itself: what it holds keeps its own flags, a writable bind among it. */
static void a_minimal_dev_is_read_only_but_not_what_is_mounted_in_it(void **state)
{
	struct desk *d = *state;

	set(d, "filesystem", "dev", "minimal");
	bind(d, d->file, "/dev/of-mine", false);
	compile(d);
	assert_int_equal(step_of(d, SBX_TREE_RO, "/dev")->flags, 0);
	find(d, "on '/dev/0/of-mine'");
	_cleanup_free_ char *protect = words("('%s') read-only", d->file);
	assert_false(says(d, protect));
}

static void devices_elsewhere_are_closed_but_not_those_that_are_bound(void **state)
{
	struct desk *d = *state;
	static const char closing[] = "close devices below '/'";
	_cleanup_free_ char *take = words("take the tree '%s'", d->workspace);

	set(d, "filesystem", "dev", "minimal");
	set(d, "filesystem", "root", "readonly");
	bind(d, "/dev/zero", "/dev/of-mine", false);
	compile(d);
	comes_before(d, "take the tree '/dev/zero'", closing);
	comes_before(d, "take the tree '/dev/tty'", closing);
	comes_before(d, closing, take);
	comes_before(d, closing, "make everything below '/' read-only");
}

static void a_shared_dev_is_left_alone(void **state)
{
	struct desk *d = *state;

	set(d, "filesystem", "dev", "shared");
	set(d, "filesystem", "private", "/tmp");
	compile(d);
	assert_false(says(d, "devices"));
	assert_false(says(d, "/dev"));
}

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

static void an_unknown_capability_is_refused_with_the_nearest(void **state)
{
	struct desk *d = *state;

	set(d, "process", "capabilities", "none");
	assert_int_equal(strv_add(&d->spec.capabilities, "sys_adnim"), 0);
	assert_non_null(strstr(refuses(d), "'sys_adnim' (did you mean 'sys_admin'?)"));
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

static size_t that_may_be_refused(const struct step_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += (list->steps[i].when_refused & SBX_MAY_FAIL) != 0;
	return n;
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

static void a_command_that_is_nowhere_is_not_found(void **state)
{
	struct desk *d = *state;
	struct sbx_fault fault = { .stage = SBX_STAGE_EXEC, .code = ENOENT };

	compile(d);
	fault_explain(d->plan, &fault, &d->err);
	assert_string_equal(d->err.text, "command 'true': not found");
	fault = (struct sbx_fault){ .stage = SBX_STAGE_EXEC, .step = 1, .code = EACCES };
	fault_explain(d->plan, &fault, &d->err);
	assert_string_equal(d->err.text, "command '/bin/true': Permission denied");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(sources_of_binds_are_held_before_anything_covers_them),
		CASE(a_bind_without_a_source_is_refused),
		CASE(a_bind_to_nowhere_is_refused),
		CASE(private_directories_share_one_scratch),
		CASE(what_lies_in_a_private_directory_is_private_already),
		CASE(a_private_directory_that_the_host_lacks_is_passed_over),
		CASE(a_workspace_below_a_private_directory_stays_visible),
		CASE(a_shared_workspace_that_nothing_covers_needs_no_step),
		CASE(the_lower_directory_of_an_overlay_goes_by_its_descriptor),
		CASE(an_overlay_shows_the_mode_of_the_workspace),
		CASE(an_overlay_over_nothing_is_refused),
		CASE(a_read_only_root_is_made_before_the_scratch_and_after_the_sources),
		CASE(a_read_only_workspace_is_made_so_while_it_is_held),
		CASE(covered_paths_come_after_proc),
		CASE(what_a_private_directory_covers_need_not_be_there_to_be_hidden),
		CASE(a_shared_pid_namespace_keeps_the_hosts_proc),
		CASE(nothing_is_mounted_in_a_shared_mount_namespace),
		CASE(the_nodes_of_a_minimal_dev_are_held_before_it_is_replaced),
		CASE(a_minimal_dev_is_read_only_but_not_what_is_mounted_in_it),
		CASE(devices_elsewhere_are_closed_but_not_those_that_are_bound),
		CASE(a_shared_dev_is_left_alone),
		CASE(a_user_namespace_maps_its_one_user_before_all_else),
		CASE(nobody_else_can_be_run_as_in_a_user_namespace),
		CASE(privileges_go_in_the_order_that_each_step_still_can),
		CASE(capabilities_that_change_the_ids_go_after_them),
		CASE(an_unknown_capability_is_refused_with_the_nearest),
		CASE(descriptors_of_steps_stay_above_those_that_are_kept),
		CASE(strict_lets_no_step_be_refused),
		CASE(what_may_be_refused_says_what_is_lost),
		CASE(a_fault_is_the_step_in_words_with_the_reason_and_a_cure),
		CASE(a_command_that_is_nowhere_is_not_found),
	};

	return cmocka_run_group_tests_name("sandbox/compile", tests, NULL, NULL);
}
