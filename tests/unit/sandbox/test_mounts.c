/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/plan.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "desk.h"

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
	find(d, "mount tmpfs on '/tmp' (mode=0755,size=4096,nr_inodes=1028)");
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

static void what_cannot_be_looked_at_is_covered_all_the_same(void **state)
{
	struct desk *d = *state;
	_cleanup_free_ char *loop = words("%s/loop", d->top);
	_cleanup_free_ char *private = words("on '%s'\n", loop);
	_cleanup_free_ char *hidden = words("tmpfs on '%s'", loop);

	assert_int_equal(symlink(loop, loop), 0);
	set(d, "filesystem", "private", loop);
	compile(d);
	assert_true(says(d, private));
	set(d, "filesystem", "hide", loop);
	compile(d);
	assert_true(says(d, hidden));
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
	_cleanup_free_ char *lower = words("(lowerdir=/proc/self/fd/%d,upperdir=/tmp/upper,",
					   step_of(d, SBX_OPEN, d->workspace)->fd);
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

static void what_is_private_below_a_minimal_dev_has_a_place_of_its_own(void **state)
{
	struct desk *d = *state;

	set(d, "filesystem", "dev", "minimal");
	set(d, "filesystem", "private", "/dev /dev/pts");
	bind(d, d->file, "/dev/shm/of-mine", false);
	compile(d);
	find(d, "set mode 0755 of '/dev/0'");
	find(d, "set mode 1777 of '/dev/1'");
	comes_before(d, "make directory '/dev/0/pts'", "take the tree '/dev/2'");
	comes_before(d, "on '/dev'\n", "on '/dev/pts'\n");
	find(d, "on '/dev/1/of-mine'\n");
	assert_int_equal(count(d, "on '/dev'\n"), 1);
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
	assert_int_equal(step_of(d, SBX_RESTRICT, "/")->flags, MS_NODEV);
	set(d, "filesystem", "workspace", "overlay");
	compile(d);
	assert_int_equal(step_of(d, SBX_MOUNT, d->workspace)->flags, MS_NODEV);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(sources_of_binds_are_held_before_anything_covers_them),
		AT_DESK(a_bind_without_a_source_is_refused),
		AT_DESK(a_bind_to_nowhere_is_refused),
		AT_DESK(private_directories_share_one_scratch),
		AT_DESK(what_lies_in_a_private_directory_is_private_already),
		AT_DESK(a_private_directory_that_the_host_lacks_is_passed_over),
		AT_DESK(what_cannot_be_looked_at_is_covered_all_the_same),
		AT_DESK(a_workspace_below_a_private_directory_stays_visible),
		AT_DESK(a_shared_workspace_that_nothing_covers_needs_no_step),
		AT_DESK(the_lower_directory_of_an_overlay_goes_by_its_descriptor),
		AT_DESK(an_overlay_shows_the_mode_of_the_workspace),
		AT_DESK(an_overlay_over_nothing_is_refused),
		AT_DESK(a_read_only_root_is_made_before_the_scratch_and_after_the_sources),
		AT_DESK(a_read_only_workspace_is_made_so_while_it_is_held),
		AT_DESK(covered_paths_come_after_proc),
		AT_DESK(what_a_private_directory_covers_need_not_be_there_to_be_hidden),
		AT_DESK(the_nodes_of_a_minimal_dev_are_held_before_it_is_replaced),
		AT_DESK(what_is_private_below_a_minimal_dev_has_a_place_of_its_own),
		AT_DESK(a_minimal_dev_is_read_only_but_not_what_is_mounted_in_it),
		AT_DESK(devices_elsewhere_are_closed_but_not_those_that_are_bound),
		AT_DESK(a_shared_dev_is_left_alone),
	};

	return cmocka_run_group_tests_name("sandbox/mounts", tests, NULL, NULL);
}
