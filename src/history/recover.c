/* SPDX-License-Identifier: Apache-2.0 */
#include "history/recover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "history/schema.h"

/* More broken files than this in one place is no accident any more. */
#define MAX_BROKEN 1000

/* flock(2) has no time limit, and a signal for one would be the whole process's. */
static int lock_in_time(int fd, int how)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };

	for (int left = HISTORY_WAIT_MS / 10; flock(fd, how | LOCK_NB) < 0; left--) {
		if (errno != EWOULDBLOCK)
			return 0; /* NFS may have no locks */
		if (left == 0)
			return -EBUSY;
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

int recover_lock(const char *path, bool exclusive, int *ret_fd)
{
	_cleanup_free_ char *dir = path_dir(path);

	*ret_fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (*ret_fd < 0)
		return 0;
	return lock_in_time(*ret_fd, exclusive ? LOCK_EX : LOCK_SH);
}

/* The journal belongs to the file it lies beside: left there, SQLite would
 * play it into the new one.  Its loss with a broken file is no loss. */
static void drop_journal(const char *path)
{
	static const char *const suffixes[] = { "-wal", "-shm", "-journal" };

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		_cleanup_buf_ struct buf name = BUF_INIT;

		buf_addf(&name, "%s%s", path, suffixes[i]);
		if (name.error == 0)
			(void)unlink(buf_str(&name));
	}
}

int recover_move_aside(const char *path, const char *was, char **ret_note, struct iso_err *err)
{
	_cleanup_buf_ struct buf aside = BUF_INIT;
	_cleanup_buf_ struct buf note = BUF_INIT;
	int code = EEXIST;

	/* Before the rename: after it they may already be those of a new file. */
	drop_journal(path);
	for (int n = 1; n <= MAX_BROKEN && code == EEXIST; n++) {
		buf_clear(&aside);
		buf_addf(&aside, "%s.broken-%d", path, n);
		if (aside.error)
			return iso_err_set(err, ISO_ERR_HOST, aside.error, "history '%s'", path);
		/* RENAME_NOREPLACE (Linux 3.15, rename(2)) keeps older finds. */
		code = renameat2(AT_FDCWD, path, AT_FDCWD, buf_str(&aside), RENAME_NOREPLACE) < 0
			       ? errno
			       : 0;
	}
	if (code)
		return iso_err_set(err, ISO_ERR_HOST, code,
				   "history '%s': was %s; move it to '%s'", path, was,
				   buf_str(&aside));
	buf_addf(&note, "history '%s': was %s; moved to '%s' and begun anew", path, was,
		 buf_str(&aside));
	return buf_finish(&note, ret_note);
}
