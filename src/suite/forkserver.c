/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/forkserver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/time.h"

#define MESSAGE_MAX (1 << 18)
#define END_TIMEOUT_NS (60 * NSEC_PER_SEC) /* for what it still has to clear away */
enum { WORDS_MAX = 4096, SERVER_FD = 3 };

struct forkserver {
	int fd;
	int end_fd;              /* its pidfd; -1: there is none */
	int words_fd;            /* a file in memory; -1: it prints elsewhere */
	pid_t pid;               /* 0: it started us, or is waited for */
	int status;              /* wait(2), once it is */
	bool client;
	char message[MESSAGE_MAX];
};

static int make(int fd, struct forkserver **ret, struct iso_err *err)
{
	struct forkserver *f = malloc(sizeof(*f));

	if (!f)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "fork server");
	f->fd = fd;
	f->end_fd = f->words_fd = -1;
	f->pid = 0;
	f->status = 0;
	f->client = false;
	*ret = f;
	return 0;
}

int forkserver_adopt(int fd, struct forkserver **ret, struct iso_err *err)
{
	int type = 0;
	socklen_t size = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_SEQPACKET)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "descriptor %d is no packet socket of a fork server", fd);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	int r = make(fd, ret, err);
	if (r < 0)
		return r;
	struct ucred peer;

	(*ret)->client = true;
	/* Of who made the pair, unix(7). */
	size = sizeof(peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid > 0)
		(*ret)->end_fd = proc_pidfd_open(peer.pid);
	return 0;
}

/* What there is, borrowed, and the two entries behind it. */
static char **environ_with(char *one, char *two)
{
	char **all = calloc(strv_len(environ) + 3, sizeof(*all));
	size_t n = 0;

	for (char **from = environ; all && *from; from++)
		all[n++] = *from;
	if (all) {
		all[n++] = one;
		all[n] = two;
	}
	return all;
}

static int spawn(char *const *argv, const char *dir, char *const *env, int socket_fd,
		 int words_fd, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions);

	if (r != 0)
		return -r;
	if (dir)
		r = posix_spawn_file_actions_addchdir_np(&actions, dir);
	if (r == 0)
		r = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, words_fd, 1);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, words_fd, 2);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, socket_fd, SERVER_FD);
	if (r == 0)
		r = posix_spawnp(ret_pid, argv[0], &actions, NULL, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

int forkserver_start(char *const *argv, const char *dir, struct forkserver **ret,
		     struct iso_err *err)
{
	int ends[2];
	char number[32];
	_cleanup_free_ char *self = NULL;
	_cleanup_buf_ struct buf program = BUF_INIT;

	(void)path_real("/proc/self/exe", &self);
	(void)snprintf(number, sizeof(number), "ISORUN_FORKSERVER_FD=%d", SERVER_FD);
	buf_addf(&program, "ISORUN_PROGRAM=%s", self ? self : "isorun");
	_cleanup_free_ char **env = environ_with(number, program.data);
	_cleanup_close_ int words = fs_memory_file("isorun-forkserver", false, NULL, 0);
	if (!env || program.error || words < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "fork server");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "socketpair");
	_cleanup_close_ int ours = ends[0];
	_cleanup_close_ int its = ends[1];
	pid_t pid;
	int r = spawn(argv, dir, env, its, words, &pid);

	if (r < 0)
		return iso_err_set(err, ISO_ERR_USAGE, r, "run '%s'", argv[0]);
	r = make(ours, ret, err);
	if (r < 0) {
		(void)kill(pid, SIGKILL); /* our child, not waited for yet */
		(void)waitpid(pid, NULL, 0);
		return r;
	}
	(*ret)->pid = pid;
	(*ret)->end_fd = proc_pidfd_open(pid);
	(*ret)->words_fd = TAKE_FD(words);
	(void)TAKE_FD(ours);
	return 0;
}

/* By a pidfd: it may take its time, and not for ever. */
static void await_end(struct forkserver *f, int64_t timeout_ns)
{
	struct pollfd end = { .fd = f->end_fd, .events = POLLIN };

	if (!f->pid)
		return;
	if (f->end_fd < 0 || poll(&end, 1, (int)(timeout_ns / NSEC_PER_MSEC)) < 1)
		(void)kill(f->pid, SIGKILL);
	while (waitpid(f->pid, &f->status, 0) < 0 && errno == EINTR)
		;
	f->pid = 0;
}

void forkserver_free(struct forkserver *f)
{
	if (!f)
		return;
	cleanup_close(&f->fd);
	await_end(f, END_TIMEOUT_NS);
	cleanup_close(&f->end_fd);
	cleanup_close(&f->words_fd);
	free(f);
}

int forkserver_status(const struct forkserver *f)
{
	return f->pid == 0 && !f->client && WIFEXITED(f->status) ? WEXITSTATUS(f->status) : -1;
}

bool forkserver_is_client(const struct forkserver *f)
{
	return f->client;
}

int forkserver_fd(const struct forkserver *f)
{
	return f->fd;
}

int forkserver_end_fd(const struct forkserver *f)
{
	return f->end_fd;
}

int forkserver_tell_end(struct forkserver *f, struct iso_err *err)
{
	char name[16];

	/* Its end of the socket is closed: it is ending, if it has not ended. */
	await_end(f, NSEC_PER_SEC);
	if (f->client)
		iso_err_set(err, ISO_ERR_HOST, 0, "the fork server that started isorun has ended");
	else if (WIFSIGNALED(f->status))
		iso_err_set(err, ISO_ERR_HOST, 0, "the fork server was killed by %s",
			    proc_signal_name(WTERMSIG(f->status), name));
	else
		iso_err_set(err, ISO_ERR_HOST, 0, "the fork server ended with status %d",
			    WEXITSTATUS(f->status));
	return -EPIPE;
}

int forkserver_receive(struct forkserver *f, int64_t end_ns, struct json **ret,
		       struct iso_err *err)
{
	struct pollfd in = { .fd = f->fd, .events = POLLIN };
	const int64_t left_ms = end_ns ? (end_ns - time_now_ns()) / NSEC_PER_MSEC : 0;
	int n = poll(&in, 1, left_ms > 0 ? (int)left_ms : 0);

	if (n <= 0)
		return n < 0 && errno != EINTR ? -errno : -EAGAIN;
	ssize_t size = recv(f->fd, f->message, MESSAGE_MAX, MSG_TRUNC | MSG_DONTWAIT);
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return -EAGAIN;
	if (size <= 0)
		return forkserver_tell_end(f, err);
	if (size > MESSAGE_MAX)
		return iso_err_set(err, ISO_ERR_HOST, EPROTO, "a message of %zd bytes", size);
	if (json_parse(f->message, (size_t)size, "fork server", ret, err) < 0)
		return -EPROTO;
	return 0;
}

int forkserver_send(struct forkserver *f, struct json *order, const struct sbx_loan *loan,
		    struct iso_err *err)
{
	_cleanup_free_ char *text = NULL;
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(SBX_LOAN_MAX * sizeof(int))];
	} control = { 0 };

	if (json_dump(order, false, &text) < 0)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "fork server");
	struct iovec data = { .iov_base = text, .iov_len = strlen(text) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	if (loan) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(loan->n * sizeof(int));
		control.head = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(loan->n * sizeof(int)),
		};
		memcpy(CMSG_DATA(&control.head), loan->fds, loan->n * sizeof(int));
	}
	if (sendmsg(f->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return iso_err_set(err, ISO_ERR_HOST, errno, "tell the fork server");
	return 0;
}

char *forkserver_words(const struct forkserver *f)
{
	struct stat st;

	if (f->words_fd < 0 || fstat(f->words_fd, &st) < 0 || st.st_size == 0)
		return NULL;
	const off_t from = st.st_size > WORDS_MAX ? st.st_size - WORDS_MAX : 0;
	char *text = calloc(1, WORDS_MAX + 1);

	if (text && pread(f->words_fd, text, WORDS_MAX, from) < 0)
		text[0] = '\0';
	return text;
}
