/* SPDX-License-Identifier: Apache-2.0 */
#include "history/recover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/path.h"

/* More broken files than this in one place is no accident any more. */
#define MAX_BROKEN 1000

int recover_lock(const char *path, bool exclusive)
{
	_cleanup_free_ char *dir = path_dir(path);

	if (!dir)
		return -1;

	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		(void)flock(fd, exclusive ? LOCK_EX : LOCK_SH); /* NFS may have no locks */
	return fd;
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

int recover_move_aside(const char *path, char **ret_note, struct iso_err *err)
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
				   "history '%s': is no database; move it to '%s'", path,
				   buf_str(&aside));
	buf_addf(&note, "history '%s': was no database; moved to '%s' and begun anew", path,
		 buf_str(&aside));
	return buf_finish(&note, ret_note);
}
