/* SPDX-License-Identifier: Apache-2.0 */
/* What a test wrote in the workspace, read from the upper directories of its
 * overlays: a file that is there was written; a character device 0:0 stands for
 * one that was deleted; see Documentation/filesystems/overlayfs.rst of Linux. */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	DEPTH_MAX = 64,        /* directories open at once; what is deeper counts as one */
	NAMED_MAX = 256,       /* paths reported by name */
	LOOK_MAX = 100000,     /* batches looked at: a bound on the time it takes */
};

struct walk {
	const struct sbx_job *job;
	int fds[DEPTH_MAX];
	bool filled[DEPTH_MAX]; /* something was in it */
	int depth;
	char path[2048];
	size_t len;
	uint64_t looked;
	struct sbx_done *done;
};

static void tell(struct walk *w, enum sbx_record_kind kind)
{
	if (w->done->n_written + w->done->n_deleted < NAMED_MAX)
		child_record(w->job->report_fd, kind, NULL, 0, w->path, w->len);
	if (kind == SBX_REC_DELETED)
		w->done->n_deleted++;
	else
		w->done->n_written++;
}

/* A directory itself: it is there and empty, or came from elsewhere whole. */
static void tell_dir(struct walk *w)
{
	if (w->len + 2 > sizeof(w->path))
		return;
	w->path[w->len++] = '/';
	tell(w, SBX_REC_WRITTEN);
	w->path[--w->len] = '\0';
}

/* The directory was renamed: what it holds is in a lower one of another name. */
static bool is_moved(const struct walk *w, int fd)
{
	char text[1];
	long n = syscall(SYS_fgetxattr, fd,
			 w->job->own_user_ns ? "user.overlay.redirect" : "trusted.overlay.redirect",
			 text, sizeof(text));

	return n > 0 || (n < 0 && errno == ERANGE);
}

static bool enter(struct walk *w, const char *name)
{
	if (w->depth + 1 >= DEPTH_MAX)
		return false;
	int fd = openat(w->fds[w->depth], name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	w->depth++;
	w->fds[w->depth] = fd;
	w->filled[w->depth] = is_moved(w, fd);
	if (w->filled[w->depth])
		tell_dir(w);
	return true;
}

/* Appends "/name"; false when the path would be too long to report. */
static bool append(struct walk *w, const char *name)
{
	size_t n = child_text_len(name);

	if (w->len + n + 2 > sizeof(w->path))
		return false;
	if (w->len)
		w->path[w->len++] = '/';
	for (size_t i = 0; i < n; i++)
		w->path[w->len++] = name[i];
	w->path[w->len] = '\0';
	return true;
}

/* Cuts the last name off, and the slash before it. */
static void cut(struct walk *w)
{
	while (w->len && w->path[w->len - 1] != '/')
		w->len--;
	if (w->len)
		w->len--;
	w->path[w->len] = '\0';
}

/* One entry of the directory being read; true when it entered it. */
static bool look_at(struct walk *w, const struct child_dirent *e)
{
	struct stat st;

	if (e->name[0] == '.' && (!e->name[1] || (e->name[1] == '.' && !e->name[2])))
		return false;
	w->filled[w->depth] = true;
	if (!append(w, e->name))
		return false;
	if (fstatat(w->fds[w->depth], e->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		st.st_mode = 0;
	if (S_ISDIR(st.st_mode)) {
		if (enter(w, e->name))
			return true;
		tell_dir(w); /* all that can be said of what is so deep */
	} else if (S_ISCHR(st.st_mode) && st.st_rdev == 0) {
		tell(w, SBX_REC_DELETED);
	} else {
		tell(w, SBX_REC_WRITTEN);
	}
	cut(w);
	return false;
}

static void leave(struct walk *w)
{
	close(w->fds[w->depth]);
	if (w->depth > 0) {
		if (!w->filled[w->depth])
			tell_dir(w);
		cut(w);
	}
	w->depth--;
}

static void walk(struct walk *w, int dir_fd)
{
	char space[1024] __attribute__((aligned(8)));

	w->depth = 0;
	w->fds[0] = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->fds[0] < 0)
		return;
	while (w->depth >= 0) {
		bool entered = false;
		long n = syscall(SYS_getdents64, w->fds[w->depth], space, sizeof(space));
		for (long at = 0; at < n && !entered;) {
			const struct child_dirent *e = (const void *)(space + at);
			int fd = w->fds[w->depth];
			at += e->reclen;
			entered = look_at(w, e);
			/* The rest of this batch is read again after the way back. */
			if (entered)
				lseek(fd, e->off, SEEK_SET);
		}
		w->looked++;
		if (!entered && (n <= 0 || w->looked >= LOOK_MAX))
			leave(w);
	}
}

void child_report_written(const struct sbx_job *job, struct sbx_done *done)
{
	struct walk w = { .job = job, .done = done };

	for (size_t i = 0; i < job->n_layers; i++) {
		w.len = 0;
		w.path[0] = '\0';
		if (*job->layers[i].at)
			(void)append(&w, job->layers[i].at);
		walk(&w, job->layers[i].upper_fd);
	}
}

void child_hand_over(const struct sbx_job *job)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(2 * SBX_LAYERS_MAX * sizeof(int))];
	} control = { 0 };
	const size_t size = 2 * job->n_layers * sizeof(int);
	char one = 0;
	struct iovec data = { .iov_base = &one, .iov_len = 1 };
	const struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(size),
	};

	if (job->layers[0].merged_fd < 0)
		return;
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(size);
	int *fds = (void *)CMSG_DATA(&control.head);
	for (size_t i = 0; i < job->n_layers; i++) {
		fds[2 * i] = job->layers[i].upper_fd;
		fds[2 * i + 1] = job->layers[i].merged_fd;
	}
	/* Isorun, when it is there no more, needs nothing. */
	(void)sendmsg(job->control_fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}
