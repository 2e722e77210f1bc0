/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/runner_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "suite/rundir.h"

/* Standard output and standard error of a test share one file, in the order in
 * which they were written.  A TAP program is judged by its standard output
 * alone, as prove does it: an unfinished line on standard error would swallow a
 * test line.  So it gets two files, and the second is put behind the first
 * once the verdict is known. */

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

int run_output_open(struct run_test *t, struct iso_err *err)
{
	const bool is_tap = t->test->protocol == TEST_PROTOCOL_TAP;

	free(t->output);
	t->output = rundir_output_name(t->index, t->log.attempts + 1);
	t->errors = t->output && is_tap ? errors_name(t->output) : NULL;
	if (!t->output || (is_tap && !t->errors))
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "output");
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
	*fds = (struct output_fds){ -1, -1 };
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

int run_output_read(const struct run_test *t, struct output_facts *ret, struct iso_err *err)
{
	_cleanup_close_ int fd = openat(t->run->dir_fd, t->output, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "read output '%s/%s'",
				   t->run->config->run_dir, t->output);
	return output_read(fd, t->test, ret, err);
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
