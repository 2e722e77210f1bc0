/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/time.h"
#include "suite/rundir.h"

/* Standard output and standard error of a test share one file, in the order in
 * which they were written.  A TAP program is judged by its standard output
 * alone, as prove does it: an unfinished line on standard error would swallow a
 * test line.  So it gets two files, and the second is put behind the first
 * once the verdict is known. */

/* How often outputs are looked at, and how often while one of them grows fast:
 * what a test can write in that time is what its file may hold above the limit. */
static const int64_t LOOK_NS = 100 * (NSEC_PER_SEC / 1000);
static const int64_t LOOK_SOON_NS = 10 * (NSEC_PER_SEC / 1000);

static char *errors_name(const char *output)
{
	struct buf b = BUF_INIT;
	char *text = NULL;

	buf_addf(&b, "%s.err", output);
	return buf_finish(&b, &text) < 0 ? NULL : text;
}

static int open_new(const struct run_test *t, const char *name, struct iso_err *err)
{
	/* O_APPEND: whoever else has it open writes at the end, too. */
	int fd = openat(t->run->dir_fd, name,
			O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "open output '%s/%s'",
				   t->run->config->run_dir, name);
	return fd;
}

static uint64_t limit_of(const struct run_test *t)
{
	if (t->test->output_limit_bytes)
		return t->test->output_limit_bytes;
	return t->run->config->output_limit_bytes ? t->run->config->output_limit_bytes
						  : OUTPUT_LIMIT_BYTES;
}

int run_output_open(struct run_test *t, struct iso_err *err)
{
	const bool is_tap = t->test->protocol == TEST_PROTOCOL_TAP;

	free(t->output);
	t->output = rundir_output_name(t->index, t->log.attempts + 1);
	t->errors = t->output && is_tap ? errors_name(t->output) : NULL;
	if (!t->output || (is_tap && !t->errors))
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "output");
	t->fds.out_bound = t->fds.err_bound = (struct output_bound){ .limit_bytes = limit_of(t) };
	t->fds.out = t->fds.err = open_new(t, t->output, err);
	if (t->fds.out >= 0 && is_tap)
		t->fds.err = open_new(t, t->errors, err);
	return t->fds.err < 0 ? t->fds.err : 0;
}

void run_output_close(struct output_fds *fds)
{
	if (fds->err >= 0 && fds->err != fds->out)
		close(fds->err);
	if (fds->out >= 0)
		close(fds->out);
	*fds = (struct output_fds){ .out = -1, .err = -1 };
}

void run_output_discard(struct run_test *t)
{
	run_output_close(&t->fds);
	(void)unlinkat(t->run->dir_fd, t->output, 0);
	if (t->errors)
		(void)unlinkat(t->run->dir_fd, t->errors, 0);
	free(t->output);
	free(t->errors);
	t->errors = NULL;
	t->output = t->log.attempts ? rundir_output_name(t->index, t->log.attempts) : NULL;
}

static void look_at_outputs(void *arg)
{
	struct runner *r = arg;
	bool any_soon = false;

	for (unsigned i = 0; i < r->width.most; i++) {
		struct output_fds *fds = r->slots[i] ? &r->slots[i]->fds : NULL;
		bool soon = false;

		/* A fault now is one at the end, too, and is told then. */
		if (fds && fds->out >= 0)
			(void)output_bound_check(&fds->out_bound, fds->out, &soon);
		any_soon |= soon;
		if (fds && fds->err != fds->out)
			(void)output_bound_check(&fds->err_bound, fds->err, &soon);
		any_soon |= soon;
	}
	(void)loop_set_timer(r->config->loop, r->output_timer,
			     time_now_ns() + (any_soon ? LOOK_SOON_NS : LOOK_NS));
}

int run_output_watch(struct runner *r)
{
	return loop_add_timer(r->config->loop, time_now_ns() + LOOK_NS, look_at_outputs, r,
			      &r->output_timer);
}

/* The test's to write, and no program of the host's: what it may have made of
 * the mode by fchmod(2) is undone. */
static int tidy(struct run_test *t, const char *name, int fd, struct output_bound *bound,
		uint64_t *cut_bytes)
{
	struct stat st;
	uint64_t cut;

	if (fstat(fd, &st) < 0)
		return -errno;
	const mode_t mode = (st.st_mode & 0666) | 0600;
	if (mode != (st.st_mode & 07777) && fchmod(fd, mode) < 0)
		return -errno;
	if ((uint64_t)st.st_size <= bound->limit_bytes && !bound->lost_bytes &&
	    (uint64_t)st.st_blocks * 512 <= bound->limit_bytes)
		return 0;
	_cleanup_close_ int whole = openat(t->run->dir_fd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	int r = whole < 0 ? -errno : output_bound_finish(bound, whole, &cut);

	if (r == 0)
		*cut_bytes += cut;
	return r;
}

static int scan(const struct run_test *t, int fd, struct output_facts *ret, struct iso_err *err)
{
	struct output_scan *s;
	int r = output_scan_new(t->test, &s, err);

	if (r < 0 || !s)
		return r;
	r = output_scan_until(s, fd, UINT64_MAX);
	if (r < 0)
		r = iso_err_set(err, ISO_ERR_HOST, r, "output of '%s'", t->test->id);
	else
		output_scan_end(s, ret);
	output_scan_free(s);
	return r;
}

int run_output_read(struct run_test *t, struct output_facts *ret, struct iso_err *err)
{
	struct output_fds *fds = &t->fds;
	int r = tidy(t, t->output, fds->out, &fds->out_bound, &ret->cut_bytes);

	if (r == 0 && t->errors)
		r = tidy(t, t->errors, fds->err, &fds->err_bound, &ret->cut_bytes);
	_cleanup_close_ int fd = r < 0 ? -1
				       : openat(t->run->dir_fd, t->output,
						O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (r == 0 && fd < 0)
		r = -errno;
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "read output '%s/%s'",
				   t->run->config->run_dir, t->output);
	return scan(t, fd, ret, err);
}

static int copy_rest(int from, int to)
{
	char chunk[16384];
	ssize_t n;

	while ((n = read(from, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		int r = n < 0 ? -errno : fs_write_all(to, chunk, (size_t)n);

		if (r < 0)
			return r;
	}
	return 0;
}

static int fold(const struct run_test *t)
{
	static const char title[] = "# standard error:\n";
	const int dir = t->run->dir_fd;
	_cleanup_close_ int from = openat(dir, t->errors, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int to = openat(dir, t->output, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (from < 0 || to < 0)
		return -errno;
	if (lseek(from, 0, SEEK_END) == 0)
		return 0;
	(void)lseek(from, 0, SEEK_SET); /* a regular file: cannot fail */
	int r = fs_write_all(to, title, strlen(title));

	return r < 0 ? r : copy_rest(from, to);
}

void run_output_fold(struct run_test *t)
{
	if (!t->errors)
		return;
	/* When it cannot be copied (a full disk), both files stay: nothing is lost. */
	if (fold(t) == 0)
		(void)unlinkat(t->run->dir_fd, t->errors, 0);
	free(t->errors);
	t->errors = NULL;
}
