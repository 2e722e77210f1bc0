/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	LEFTOVERS_MAX = 64,  /* reported by name */
	COMMAND_TRIES = 100, /* to read a command line that is empty: 20 ms */
	KILL_TRIES = 5000,   /* to see the end of what others wait for: 1 s */
};

static bool is_number(const char *s, pid_t *ret)
{
	pid_t n = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		n = n * 10 + (*s - '0');
	}
	*ret = n;
	return true;
}

/* "/proc/PID/FILE" into path. */
static void proc_path(char path[48], pid_t pid, const char *file)
{
	static const char root[] = "/proc/";
	char digits[16];
	size_t n = 0;
	size_t at = 0;

	for (; root[at]; at++)
		path[at] = root[at];
	do
		digits[n++] = (char)('0' + pid % 10);
	while (pid /= 10);
	while (n)
		path[at++] = digits[--n];
	path[at++] = '/';
	while (*file)
		path[at++] = *file++;
	path[at] = '\0';
}

/* Reads name, state and start time from /proc/PID/stat, proc(5): the name is
 * in parentheses and may hold any byte, so the last ')' ends it. */
static bool read_stat(pid_t pid, struct sbx_left *ret, char *ret_state)
{
	char path[48];
	char text[512];

	proc_path(path, pid, "stat");
	ssize_t n = child_read_file(AT_FDCWD, path, text, sizeof(text));
	if (n <= 0)
		return false;
	ssize_t open = 0;
	ssize_t close = n - 1;
	while (open < n && text[open] != '(')
		open++;
	while (close > open && text[close] != ')')
		close--;
	if (close <= open || close + 2 >= n)
		return false;
	for (ssize_t i = 0; i < 15 && open + 1 + i < close; i++)
		ret->name[i] = text[open + 1 + i];
	*ret_state = text[close + 2];
	int field = 3;
	int64_t ticks = 0;
	for (ssize_t i = close + 2; i < n && field <= 22; i++) {
		if (text[i] == ' ')
			field++;
		else if (field == 22 && text[i] >= '0' && text[i] <= '9')
			ticks = ticks * 10 + (text[i] - '0');
	}
	ret->start_ticks = ticks;
	ret->pid = pid;
	return true;
}

/* In the middle of its exec a process has its new name, but no words yet: they
 * come soon, unless the machine is busy.  One that wiped its own never has any. */
static size_t read_command(pid_t pid, char *text, size_t size)
{
	const struct timespec moment = { .tv_nsec = 200000 };
	char path[48];
	ssize_t n = 0;

	proc_path(path, pid, "cmdline");
	for (int i = 0; i < COMMAND_TRIES; i++) {
		n = child_read_file(AT_FDCWD, path, text, size);
		if (n != 0)
			break;
		(void)nanosleep(&moment, NULL);
	}
	return n > 0 ? (size_t)n : 0;
}

/* Reports one process unless it is only waiting to be reaped. */
static bool report_process(const struct sbx_job *job, pid_t pid, bool by_name)
{
	struct sbx_left left = { 0 };
	char state;
	char command[256];

	if (!read_stat(pid, &left, &state) || state == 'Z' || state == 'X')
		return false;
	if (by_name) {
		size_t n = read_command(pid, command, sizeof(command));
		child_record(job->report_fd, SBX_REC_LEFTOVER, &left, sizeof(left), command, n);
	}
	return true;
}

static unsigned report_all_processes(const struct sbx_job *job)
{
	char space[2048] __attribute__((aligned(8)));
	unsigned count = 0;

	int dir = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return 0;
	long n;
	while ((n = syscall(SYS_getdents64, dir, space, sizeof(space))) > 0)
		for (long at = 0; at < n;) {
			const struct child_dirent *e = (const void *)(space + at);
			pid_t pid;
			if (is_number(e->name, &pid) && pid != 1 &&
			    report_process(job, pid, count < LEFTOVERS_MAX))
				count++;
			at += e->reclen;
		}
	close(dir);
	return count;
}

/* Calls `visit` for each child of the caller, by /proc/thread-self/children
 * (CONFIG_PROC_CHILDREN, proc(5)); returns how many it counted. */
static unsigned each_child(const struct sbx_job *job,
			   bool (*visit)(const struct sbx_job *job, pid_t pid, bool by_name))
{
	char text[4096];
	unsigned count = 0;

	if (child_read_file(AT_FDCWD, "/proc/thread-self/children", text, sizeof(text)) <= 0)
		return 0;
	for (char *at = text; *at;) {
		pid_t pid = 0;
		while (*at >= '0' && *at <= '9')
			pid = pid * 10 + (*at++ - '0');
		/* Cut at the end of `text` it would be another process's number. */
		if (!*at)
			break;
		if (pid > 0 && visit(job, pid, count < LEFTOVERS_MAX))
			count++;
		while (*at == ' ' || *at == '\n')
			at++;
	}
	return count;
}

unsigned child_report_leftovers(const struct sbx_job *job)
{
	return job->own_pid_ns ? report_all_processes(job) : each_child(job, report_process);
}

static bool kill_one(const struct sbx_job *job, pid_t pid, bool by_name)
{
	(void)job;
	(void)by_name;
	return kill(pid, SIGKILL) == 0;
}

/* All that have ended, at least one; false when there was no child at all. */
static bool reap_some(void)
{
	if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD)
		return false;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return true;
}

/* Somebody else's children in here: what brings a forked test in, and what
 * entered by nsenter(1).  Their parents reap them. */
static bool others_live(const struct sbx_job *job)
{
	const struct timespec moment = { .tv_nsec = 200000 };

	if (!job->own_pid_ns)
		return false;
	for (int i = 0; i < KILL_TRIES; i++) {
		if (kill(-1, SIGKILL) < 0)
			return false;
		if (waitpid(-1, NULL, WNOHANG) > 0)
			return true;
		(void)nanosleep(&moment, NULL);
	}
	return false;
}

void child_kill_all(const struct sbx_job *job, pid_t test)
{
	/* In a pid namespace of its own, -1 is everything but init.  Without
	 * one, -1 would be the user's whole session; init is the subreaper
	 * there, so each generation becomes its child when the one before it
	 * has died.  The group goes first: no fork(2) slips through that. */
	if (!job->own_pid_ns && job->own_group && test > 0)
		kill(-test, SIGKILL);
	do {
		if (job->own_pid_ns)
			kill(-1, SIGKILL);
		else
			each_child(job, kill_one);
	} while (reap_some() || others_live(job));
}
