/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/ledger_table.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/proc.h"
#include "planner/ledger_slot.h"

#define TABLE_NAME    "table"
#define TABLE_MAGIC   UINT64_C(0x6c6e75726f736900) /* "\0isorunl" */
#define TABLE_VERSION 4
#define BOOT_ID       37

/* Padded to a page so that the rows that fill first share the next one. */
struct table_head {
	_Atomic uint64_t magic; /* written last */
	uint32_t version;
	uint32_t high;
	uint64_t next_seq;
	char boot_id[BOOT_ID];
};

struct table_file {
	struct table_head head;
	char pad[4096 - sizeof(struct table_head)];
	struct table_row rows[TABLE_SLOTS];
};

static_assert(sizeof(struct table_row) == 656, "the file format changed: raise TABLE_VERSION");

static bool head_is_sound(const struct table_head *head)
{
	return atomic_load_explicit(&head->magic, memory_order_acquire) == TABLE_MAGIC &&
	       head->version == TABLE_VERSION && head->high <= TABLE_SLOTS;
}

static int check_owner(int fd, const char *path, struct stat *ret, struct iso_err *err)
{
	if (fstat(fd, ret) < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "stat '%s'", path);
	if (ret->st_uid != geteuid())
		return iso_err_set(err, ISO_ERR_HOST, EPERM, "ledger '%s' belongs to another user",
				   path);
	if (ret->st_mode & 022)
		return iso_err_set(err, ISO_ERR_HOST, EPERM, "ledger '%s' can be written by others",
				   path);
	return 0;
}

static int open_dir(const char *dir, struct iso_err *err)
{
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		const int r = fs_mkdirs(dir, 0700);
		if (r < 0)
			return iso_err_set(err, ISO_ERR_HOST, r, "make ledger directory '%s'", dir);
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "open ledger directory '%s'", dir);
	struct stat st;
	const int r = check_owner(fd, dir, &st, err);
	return r < 0 ? r : TAKE_FD(fd);
}

/* Waits for the mutex: a descriptor that holds it until it is closed.  It is an
 * OFD lock (Linux 3.15, fcntl(2)) on a description that nothing else has: a
 * sandbox's init that was forked earlier cannot keep it after our death, nor
 * can the mapping, which holds on to the description it was made from. */
static int open_locked(const struct table *t, struct iso_err *err)
{
	_cleanup_close_ int fd = openat(t->dir_fd, TABLE_NAME, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "open ledger '%s'", t->path);
	if (st.st_ino != t->ino || st.st_dev != t->dev)
		return iso_err_set(err, ISO_ERR_HOST, ESTALE, "ledger '%s' was replaced", t->path);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	while (fcntl(fd, F_OFD_SETLKW, &lock) < 0)
		if (errno != EINTR)
			return iso_err_set(err, ISO_ERR_HOST, errno, "lock ledger '%s'", t->path);
	return TAKE_FD(fd);
}

/* A new file is all zero, and to write that would give it all its pages. */
static void reset(struct table_file *file, bool is_new, const char *boot_id)
{
	atomic_store_explicit(&file->head.magic, 0, memory_order_release);
	if (!is_new)
		memset(file->rows, 0, sizeof(file->rows));
	file->head.version = TABLE_VERSION;
	file->head.high = 0;
	file->head.next_seq = 1;
	memcpy(file->head.boot_id, boot_id, BOOT_ID);
	atomic_store_explicit(&file->head.magic, TABLE_MAGIC, memory_order_release);
}

static bool is_current(const struct table_file *file, const char *boot_id)
{
	return head_is_sound(&file->head) && memcmp(file->head.boot_id, boot_id, BOOT_ID) == 0;
}

/* Makes a table that is not of this boot, whole, and of our version into one
 * that is. */
static int make_current(struct table *t, bool is_new, struct iso_err *err)
{
	char boot_id[BOOT_ID] = "";
	const int r = proc_boot_id(boot_id);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "read the boot id");
	if (is_current(t->file, boot_id))
		return 0;
	_cleanup_close_ int lock_fd = open_locked(t, err);
	if (lock_fd < 0)
		return lock_fd;
	if (is_current(t->file, boot_id))
		return 0;
	if (slot_any_alive(t->dir_fd)) {
		const int busy = iso_err_set(
			err, ISO_ERR_HOST, EBUSY,
			"ledger '%s' was removed, damaged or is of another version, while in use",
			t->path);
		(void)iso_err_hint(err, "try again when all isorun processes of this user ended");
		return busy;
	}
	reset(t->file, is_new, boot_id);
	return 0;
}

/* Never shrinks: somebody may have the rest of it mapped. */
static int map_file(struct table *t, int fd, off_t size, struct iso_err *err)
{
	if (size < (off_t)sizeof(*t->file) && ftruncate(fd, sizeof(*t->file)) < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "make ledger '%s'", t->path);
	void *map = mmap(NULL, sizeof(*t->file), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return iso_err_set(err, ISO_ERR_HOST, errno, "map ledger '%s'", t->path);
	t->file = map;
	return 0;
}

static int open_file(struct table *t, struct iso_err *err)
{
	_cleanup_close_ int fd = openat(t->dir_fd, TABLE_NAME,
					O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "open ledger '%s'", t->path);
	struct stat st;
	int r = check_owner(fd, t->path, &st, err);
	if (r < 0)
		return r;
	if (!S_ISREG(st.st_mode))
		return iso_err_set(err, ISO_ERR_HOST, EINVAL, "ledger '%s' is no file", t->path);
	t->dev = st.st_dev;
	t->ino = st.st_ino;
	r = map_file(t, fd, st.st_size, err);
	return r < 0 ? r : make_current(t, st.st_size == 0, err);
}

int table_open(const char *dir, struct table *ret, struct iso_err *err)
{
	struct table t = { .dir_fd = -1, .lock_fd = -1 };
	int r = open_dir(dir, err);
	if (r < 0)
		return r;
	t.dir_fd = r;
	t.path = path_join(dir, TABLE_NAME);
	r = t.path ? open_file(&t, err)
		   : iso_err_set(err, ISO_ERR_INTERNAL, ENOMEM, "open ledger '%s'", dir);
	if (r < 0) {
		table_close(&t);
		return r;
	}
	*ret = t;
	return 0;
}

void table_close(struct table *t)
{
	if (t->file)
		munmap(t->file, sizeof(*t->file));
	if (t->dir_fd >= 0)
		close(t->dir_fd);
	free(t->path);
	*t = (struct table){ .dir_fd = -1, .lock_fd = -1 };
}

int table_lock(struct table *t, struct iso_err *err)
{
	_cleanup_close_ int fd = open_locked(t, err);
	if (fd < 0)
		return fd;
	if (!head_is_sound(&t->file->head))
		return iso_err_set(err, ISO_ERR_HOST, EBADMSG, "ledger '%s' is damaged", t->path);
	t->lock_fd = TAKE_FD(fd);
	return 0;
}

void table_forget(struct table *t)
{
	cleanup_close(&t->dir_fd);
	cleanup_close(&t->lock_fd);
	t->dir_fd = t->lock_fd = -1;
}

void table_unlock(struct table *t)
{
	const struct flock lock = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	/* By name: a process that another thread has forked meanwhile may have
	 * the descriptor, too. */
	(void)fcntl(t->lock_fd, F_OFD_SETLK, &lock);
	close(t->lock_fd);
	t->lock_fd = -1;
}

struct table_row *table_row_at(struct table *t, unsigned slot)
{
	return &t->file->rows[slot];
}

unsigned table_high(const struct table *t)
{
	return t->file->head.high;
}

void table_raise(struct table *t, unsigned slot)
{
	if (t->file->head.high <= slot)
		t->file->head.high = slot + 1;
}

void table_free_row(struct table *t, unsigned slot)
{
	struct table_head *head = &t->file->head;
	table_set_state(&t->file->rows[slot], TABLE_FREE);
	while (head->high > 0 && table_state_of(&t->file->rows[head->high - 1]) == TABLE_FREE)
		head->high--;
}

uint64_t table_next_seq(struct table *t)
{
	return t->file->head.next_seq++;
}
