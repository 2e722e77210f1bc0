/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

#define NOBODY 65534

/* Every test stands in an empty directory of its own. */
static char place[64];
static int place_fd = -1;

static int set_up(void **state)
{
	(void)state;
	snprintf(place, sizeof(place), "/tmp/isorun-test-fs-XXXXXX");
	if (!mkdtemp(place) || chdir(place) < 0)
		return -1;
	place_fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return place_fd < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(place_fd);
	return chdir("/") == 0 ? fs_remove_tree_at(AT_FDCWD, place) : -1;
}

static void put(const char *path, const char *text)
{
	assert_int_equal(fs_replace_at(place_fd, path, text, strlen(text), 0644), 0);
}

static bool there(const char *path)
{
	struct stat st;
	return fstatat(place_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static size_t count_entries(void)
{
	size_t n = 0;
	_cleanup_closedir_ DIR *dir = opendir(".");
	assert_non_null(dir);
	while (readdir(dir))
		n++;
	return n - 2;
}

static void a_file_is_read_whole(void **state)
{
	(void)state;
	_cleanup_free_ char *big = malloc(100000);
	assert_non_null(big);
	memset(big, 'b', 100000);
	assert_int_equal(fs_replace_at(place_fd, "big", big, 100000, 0644), 0);

	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	assert_int_equal(fs_read_at(place_fd, "big", 100000, &text, &len), 0);
	assert_int_equal(len, 100000);
	assert_memory_equal(text, big, 100000);
	assert_int_equal(text[100000], '\0');
}

static void a_file_above_the_bound_is_refused(void **state)
{
	(void)state;
	char *text = NULL;
	put("f", "12345");
	assert_int_equal(fs_read("f", 4, &text, NULL), -EFBIG);
	assert_null(text);
	assert_int_equal(fs_read("f", 5, &text, NULL), 0);
	assert_string_equal(text, "12345");
	free(text);
}

static void kernel_files_without_a_size_are_read(void **state)
{
	(void)state;
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	assert_int_equal(fs_read("/proc/self/maps", 1 << 20, &text, &len), 0);
	assert_true(len > 0);
	assert_int_equal(len, strlen(text));
}

static void reading_what_is_no_file_says_why(void **state)
{
	(void)state;
	char *text = NULL;
	char small[8];
	assert_int_equal(fs_read("none", 10, &text, NULL), -ENOENT);
	assert_int_equal(fs_read(".", 10, &text, NULL), -EISDIR);
	assert_int_equal(fs_read_small_at(place_fd, "none", small, sizeof(small)), -ENOENT);
	assert_null(text);
}

static void a_small_read_cuts_one_newline_and_never_the_text(void **state)
{
	(void)state;
	char text[6];
	put("f", "1234\n");
	assert_int_equal(fs_read_small_at(place_fd, "f", text, sizeof(text)), 4);
	assert_string_equal(text, "1234");
	put("f", "123\n\n");
	assert_int_equal(fs_read_small_at(place_fd, "f", text, sizeof(text)), 4);
	assert_string_equal(text, "123\n");
	put("f", "");
	assert_int_equal(fs_read_small_at(place_fd, "f", text, sizeof(text)), 0);
	assert_string_equal(text, "");
	put("f", "123456");
	assert_int_equal(fs_read_small_at(place_fd, "f", text, sizeof(text)), -EFBIG);
}

static void numbers_of_kernel_files_are_read_strictly(void **state)
{
	(void)state;
	uint64_t n = 0;
	put("f", "18446744073709551615\n");
	assert_int_equal(fs_read_u64_at(place_fd, "f", &n), 0);
	assert_true(n == UINT64_MAX);
	put("f", "4096\n");
	assert_int_equal(fs_read_u64_at(place_fd, "f", &n), 0);
	assert_true(n == 4096);
	put("f", "max\n");
	assert_int_equal(fs_read_u64_at(place_fd, "f", &n), 0);
	assert_true(n == UINT64_MAX);
	put("f", "12 34\n");
	assert_int_equal(fs_read_u64_at(place_fd, "f", &n), -EINVAL);
	assert_int_equal(fs_read_u64_at(place_fd, "none", &n), -ENOENT);
}

static void write_needs_a_file_that_exists(void **state)
{
	(void)state;
	char text[16];
	assert_int_equal(fs_write_at(place_fd, "f", "x"), -ENOENT);
	put("f", "..");
	assert_int_equal(fs_write_at(place_fd, "f", "ab"), 0);
	assert_int_equal(fs_read_small_at(place_fd, "f", text, sizeof(text)), 2);
	assert_string_equal(text, "ab");
	assert_int_equal(fs_write_at(AT_FDCWD, "/dev/full", "x"), -ENOSPC);
}

static void replace_swaps_the_whole_file(void **state)
{
	(void)state;
	char text[16];
	put("f", "a long text");
	_cleanup_close_ int old = openat(place_fd, "f", O_RDONLY | O_CLOEXEC);
	put("f", "short");
	assert_int_equal(fs_read_small_at(place_fd, "f", text, sizeof(text)), 5);
	assert_string_equal(text, "short");
	assert_int_equal(read(old, text, sizeof(text)), 11);
	assert_int_equal(count_entries(), 1);
}

static void a_failed_replace_leaves_nothing(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(place_fd, "d", 0755), 0);
	assert_int_equal(fs_replace_at(place_fd, "d", "x", 1, 0644), -EISDIR);
	assert_int_equal(fs_replace_at(place_fd, "no/f", "x", 1, 0644), -ENOENT);
	assert_int_equal(count_entries(), 1);
}

static void mkdirs_makes_what_is_missing(void **state)
{
	(void)state;
	struct stat st;
	assert_int_equal(fs_mkdirs("a//b/c/", 0755), 0);
	assert_int_equal(fs_mkdirs("a/b/c", 0755), 0);
	assert_int_equal(stat("a/b/c", &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(fs_mkdirs("/", 0755), 0);
	put("f", "");
	assert_int_equal(fs_mkdirs("f", 0755), -ENOTDIR);
	assert_int_equal(fs_mkdirs("f/g", 0755), -ENOTDIR);
	assert_int_equal(fs_mkdirs("", 0755), -ENOENT);
}

static void a_tree_is_removed_with_all_kinds_of_files(void **state)
{
	(void)state;
	assert_int_equal(fs_mkdirs("t/a/b", 0755), 0);
	assert_int_equal(fs_mkdirs("t/c/.hidden", 0755), 0);
	put("t/a/b/f", "x");
	assert_int_equal(mkfifo("t/a/pipe", 0600), 0);
	assert_int_equal(symlink("nowhere", "t/broken"), 0);
	assert_int_equal(fs_remove_tree_at(place_fd, "t"), 0);
	assert_int_equal(count_entries(), 0);
	put("f", "x");
	assert_int_equal(fs_remove_tree_at(place_fd, "f"), 0);
	assert_int_equal(fs_remove_tree_at(place_fd, "f"), 0);
	assert_int_equal(count_entries(), 0);
}

static void removal_never_follows_a_link(void **state)
{
	(void)state;
	assert_int_equal(fs_mkdirs("kept", 0755), 0);
	assert_int_equal(fs_mkdirs("t/d", 0755), 0);
	put("kept/f", "x");
	assert_int_equal(symlink("../../kept", "t/d/link"), 0);
	assert_int_equal(symlink("kept", "link"), 0);
	assert_int_equal(fs_remove_tree_at(place_fd, "t"), 0);
	assert_int_equal(fs_remove_tree_at(place_fd, "link"), 0);
	assert_false(there("link"));
	assert_true(there("kept/f"));
}

static void make_deep(const char *top, unsigned levels)
{
	assert_int_equal(mkdir(top, 0755), 0);
	int fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (unsigned i = 0; i < levels; i++) {
		assert_int_equal(mkdirat(fd, "d", 0755), 0);
		int file = openat(fd, "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		assert_true(file >= 0);
		close(file);
		int next = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		close(fd);
		fd = next;
	}
	close(fd);
}

static void a_tree_deeper_than_our_descriptors_is_removed(void **state)
{
	(void)state;
	struct rlimit old;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	const struct rlimit few = { .rlim_cur = 64, .rlim_max = old.rlim_max };
	make_deep("t", 3000);
	/* A name that the removal itself would choose. */
	char taken[64];
	snprintf(taken, sizeof(taken), "t/.isorun-deep-%d-0", (int)getpid());
	put(taken, "x");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	int r = fs_remove_tree_at(place_fd, "t");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(r, 0);
	assert_false(there("t"));
}

/* Runs `fn` in a child, which may change its ids and its mounts, and expects
 * it to return 0; 77 means that the host does not permit the test. */
static void in_a_child(int (*fn)(void))
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(fn());
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		print_message("# SKIP needs root and its own mount namespace\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int remove_closed_directories(void)
{
	if (geteuid() == 0 && (chown(place, NOBODY, NOBODY) < 0 || setuid(NOBODY) < 0))
		return 77;
	if (fs_mkdirs("t/closed/in", 0755) < 0 || fs_mkdirs("t/readonly/in", 0755) < 0)
		return 1;
	if (chmod("t/closed", 0) < 0 || chmod("t/readonly", 0555) < 0)
		return 2;
	if (fs_remove_tree_at(AT_FDCWD, "t") != 0)
		return 3;
	return access("t", F_OK) == 0 ? 4 : 0;
}

static void directories_closed_to_their_owner_are_removed(void **state)
{
	(void)state;
	in_a_child(remove_closed_directories);
}

/* Also a bind mount of the same file system, which has the same st_dev. */
static int remove_around_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return 77;
	if (fs_mkdirs("kept", 0755) < 0 || fs_mkdirs("t/bind", 0755) < 0 ||
	    fs_mkdirs("t/tmpfs", 0755) < 0 || fs_mkdirs("t/plain/in", 0755) < 0)
		return 1;
	if (mount("kept", "t/bind", NULL, MS_BIND, NULL) < 0 ||
	    mount("none", "t/tmpfs", "tmpfs", 0, "size=64k") < 0)
		return 77;
	if (fs_mkdirs("t/bind/f", 0755) < 0 || fs_mkdirs("t/tmpfs/f", 0755) < 0)
		return 2;
	if (fs_remove_tree_at(AT_FDCWD, "t") != -EBUSY)
		return 3;
	if (access("kept/f", F_OK) < 0 || access("t/tmpfs/f", F_OK) < 0)
		return 4;
	/* What is no mount is gone all the same. */
	return access("t/plain", F_OK) == 0 ? 5 : 0;
}

static void removal_stops_at_mounts(void **state)
{
	(void)state;
	in_a_child(remove_around_mounts);
}

static void write_all_reports_what_stopped_it(void **state)
{
	(void)state;
	_cleanup_close_ int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	_cleanup_close_ int fd = open("f", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	char text[4] = "";
	assert_int_equal(fs_write_all(full, "abc", 3), -ENOSPC);
	assert_int_equal(fs_write_all(-1, "abc", 3), -EBADF);
	assert_int_equal(fs_write_all(-1, "", 0), 0);
	assert_int_equal(fs_write_all(fd, "abc", 3), 0);
	assert_int_equal(pread(fd, text, 3, 0), 3);
	assert_string_equal(text, "abc");
}

#define FS_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FS_TEST(a_file_is_read_whole),
		FS_TEST(a_file_above_the_bound_is_refused),
		FS_TEST(kernel_files_without_a_size_are_read),
		FS_TEST(reading_what_is_no_file_says_why),
		FS_TEST(a_small_read_cuts_one_newline_and_never_the_text),
		FS_TEST(numbers_of_kernel_files_are_read_strictly),
		FS_TEST(write_needs_a_file_that_exists),
		FS_TEST(replace_swaps_the_whole_file),
		FS_TEST(a_failed_replace_leaves_nothing),
		FS_TEST(mkdirs_makes_what_is_missing),
		FS_TEST(a_tree_is_removed_with_all_kinds_of_files),
		FS_TEST(removal_never_follows_a_link),
		FS_TEST(a_tree_deeper_than_our_descriptors_is_removed),
		FS_TEST(directories_closed_to_their_owner_are_removed),
		FS_TEST(removal_stops_at_mounts),
		FS_TEST(write_all_reports_what_stopped_it),
	};
	return cmocka_run_group_tests_name("base/fs", tests, NULL, NULL);
}
