/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Refused calls by name: theory of operation.
 *
 * With the log wanted the test gets a filter that hands each refusal over
 * (SECCOMP_RET_USER_NOTIF, Linux 5.0) where the plain one has an errno.  The test
 * process shares init's descriptors until its exec, so the listener, which the
 * kernel gives to whoever loads the filter, is init's too; nothing has to be sent
 * by a process that is filtered already.  Init runs the plain filter on what it
 * hears, notes it down, and answers with the errno: the test sees no difference.
 * When init dies the kernel answers ENOSYS.
 */
#include "sandbox/child.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	KINDS_MAX = 64,       /* of refusals told by name; the rest is counted */
	NOTE_BYTES = 1024,    /* above the kernel's own size of its structs */
};

/* -1: none.  Set by the test process, on init's memory. */
static int listener_fd = -1;
static struct sbx_refused kinds[KINDS_MAX];
static size_t n_kinds;
static uint64_t n_all;

int child_filter_load(const struct sbx_step *s)
{
	const struct sock_fprog prog = {
		.len = (unsigned short)(s->size / sizeof(struct sock_filter)),
		.filter = (struct sock_filter *)(uintptr_t)s->data,
	};
	long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, s->flags, &prog);

	if (fd < 0)
		return errno;
	if (s->flags)
		listener_fd = (int)fd;
	return 0;
}

int child_refusal_fd(void)
{
	return listener_fd;
}

/* "/proc/PID/comm". */
static void read_name(int pid, char name[16])
{
	static const char root[] = "/proc/";
	static const char file[] = "/comm";
	char path[sizeof(root) + sizeof(file) + 12];
	char text[32];
	char digits[12];
	size_t at = 0;
	size_t n = 0;

	for (; root[at]; at++)
		path[at] = root[at];
	do
		digits[n++] = (char)('0' + pid % 10);
	while ((pid /= 10));
	while (n)
		path[at++] = digits[--n];
	for (size_t i = 0; i < sizeof(file); i++)
		path[at++] = file[i];
	if (child_read_file(-1, path, text, sizeof(text)) < 0)
		text[0] = '\0';
	for (n = 0; n < 15 && text[n] && text[n] != '\n'; n++)
		name[n] = text[n];
	name[n] = '\0';
}

/* Two calls are of one kind when they differ only in what the policy does not
 * look at. */
static bool same_kind(const struct sbx_refused *k, const struct seccomp_data *data)
{
	if (k->nr != data->nr || k->arch != data->arch)
		return false;
	for (unsigned i = 0; i < 6; i++)
		if ((k->looked >> 2 * i & 3) && k->args[i] != data->args[i])
			return false;
	return true;
}

static void note(const struct seccomp_data *data, int code, unsigned looked, int pid)
{
	n_all++;
	for (size_t i = 0; i < n_kinds; i++)
		if (same_kind(&kinds[i], data)) {
			kinds[i].count++;
			return;
		}
	if (n_kinds == KINDS_MAX)
		return;
	struct sbx_refused *k = &kinds[n_kinds++];
	k->nr = data->nr;
	k->arch = data->arch;
	k->code = code;
	k->looked = looked;
	k->count = 1;
	for (unsigned i = 0; i < 6; i++)
		k->args[i] = data->args[i];
	read_name(pid, k->name);
}

void child_refusal_answer(const struct sbx_job *job)
{
	/* The kernel's structs may grow, and it wants zeroes. */
	union {
		struct seccomp_notif note;
		char space[NOTE_BYTES];
	} in = { .space = { 0 } };
	union {
		struct seccomp_notif_resp answer;
		char space[NOTE_BYTES];
	} out = { .space = { 0 } };
	unsigned looked = 0;

	/* ENOENT: the caller was killed meanwhile. */
	if (syscall(SYS_ioctl, listener_fd, SECCOMP_IOCTL_NOTIF_RECV, &in) < 0)
		return;
	const uint32_t r = child_filter_eval(job->filter, job->n_filter, &in.note.data, &looked);
	const int code = (int)(r & SECCOMP_RET_DATA);
	note(&in.note.data, code, looked, (int)in.note.pid);
	out.answer.id = in.note.id;
	out.answer.error = -code;
	(void)syscall(SYS_ioctl, listener_fd, SECCOMP_IOCTL_NOTIF_SEND, &out);
}

void child_refusal_close(void)
{
	close(listener_fd);
	listener_fd = -1;
}

uint64_t child_report_refused(int report_fd)
{
	for (size_t i = 0; i < n_kinds; i++)
		child_record(report_fd, SBX_REC_REFUSED, &kinds[i], sizeof(kinds[i]), NULL, 0);
	return n_all;
}
