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

/* Of one output at one look, before it is cut: nobody else is served meanwhile, and a
 * test may well write faster than this is read.  One that does has no verdict. */
static const uint64_t READ_MOST = 128 << 20;

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
	if (fds->read >= 0)
		close(fds->read);
	output_scan_free(fds->scan);
	*fds = (struct output_fds){ .out = -1, .err = -1, .read = -1 };
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

/* Reads standard output up to `end`, where the verdict lies in it. */
static int scan_until(struct run_test *t, uint64_t end, struct iso_err *err)
{
	struct output_fds *fds = &t->fds;
	int r = fds->scan ? 0 : output_scan_new(t->test, &fds->scan, err);

	if (r < 0 || !fds->scan)
		return r;
	if (fds->read < 0)
		fds->read = openat(t->run->dir_fd, t->output, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	r = fds->read < 0 ? -errno : output_scan_until(fds->scan, fds->read, end);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "read output '%s/%s'",
				   t->run->config->run_dir, t->output) : 0;
}

/* A fault in here is one at the end, too, and is told then; what was cut unread till then
 * has no verdict. */
static void bound_output(struct run_test *t, bool *ret_soon)
{
	struct output_fds *fds = &t->fds;
	const uint64_t lost = fds->out_bound.lost_bytes;
	uint64_t end;

	if (output_bound_look(&fds->out_bound, fds->out, &end, ret_soon) < 0 || !end)
		return;
	const uint64_t from = fds->scan ? output_scan_at(fds->scan) : 0;
	const bool reads = !fds->unread_bytes;
	int r = reads ? scan_until(t, end - from > READ_MOST ? from + READ_MOST : end, NULL) : 0;
	if (output_bound_cut(&fds->out_bound, fds->out, end) < 0)
		return;
	const bool shorter = fds->out_bound.lost_bytes > lost;
	const uint64_t at = fds->scan ? output_scan_at(fds->scan) : r < 0 ? 0 : end;
	fds->unread_bytes += shorter ? fds->out_bound.lost_bytes - lost : at < end ? end - at : 0;
	if (fds->scan)
		output_scan_skip(fds->scan, shorter ? fds->out_bound.seen_bytes : end);
}

static void bound_errors(struct output_fds *fds, bool *ret_soon)
{
	uint64_t end;

	if (output_bound_look(&fds->err_bound, fds->err, &end, ret_soon) == 0 && end)
		(void)output_bound_cut(&fds->err_bound, fds->err, end);
}

static void look_at_outputs(void *arg)
{
	struct runner *r = arg;
	bool any_soon = false;

	for (unsigned i = 0; i < r->width.most; i++) {
		struct run_test *t = r->slots[i];
		bool soon = false;

		if (t && t->fds.out >= 0)
			bound_output(t, &soon);
		any_soon |= soon;
		if (t && t->fds.err != t->fds.out)
			bound_errors(&t->fds, &soon);
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
static int mend_mode(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	const mode_t mode = (st.st_mode & 0666) | 0600;
	return mode != (st.st_mode & 07777) && fchmod(fd, mode) < 0 ? -errno : 0;
}

static int tidy(struct run_test *t, const char *name, int fd, struct output_bound *bound,
		uint64_t *cut_bytes)
{
	struct stat st;
	uint64_t cut;

	if (fstat(fd, &st) < 0)
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

int run_output_read(struct run_test *t, struct output_facts *ret, struct iso_err *err)
{
	struct output_fds *fds = &t->fds;
	int r = mend_mode(fds->out);

	if (r == 0 && t->errors)
		r = mend_mode(fds->err);
	if (r == 0 && (r = scan_until(t, UINT64_MAX, err)) < 0)
		return r;
	if (r == 0)
		r = tidy(t, t->output, fds->out, &fds->out_bound, &ret->cut_bytes);
	if (r == 0 && t->errors)
		r = tidy(t, t->errors, fds->err, &fds->err_bound, &ret->cut_bytes);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "read output '%s/%s'",
				   t->run->config->run_dir, t->output);
	ret->unread_bytes = fds->unread_bytes;
	if (fds->scan)
		output_scan_end(fds->scan, ret);
	return 0;
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
