/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault: runs isorun and makes one system call of a launch go wrong.
 *
 *   fault [-c ROLE:N:ACTION] [-l CALLS] [-t SECONDS] -o REPORT COMMAND...
 *
 * A role is what a process is to the launch: launcher (the command itself, and
 * isorun-full in its place), init (its children), test (theirs, up to exec).
 * Their calls are numbered from 1 on by role, those that cannot fail left out;
 * the launcher's from its first look at descriptor 0, which is how its main()
 * begins, so that what libc does before is not counted.  ACTION is a name such
 * as ENOMEM (the call is not made, and fails so; close(2) is made all the same,
 * as the kernel does), `short` (one byte is read or written) or `kill` (SIGKILL
 * instead of the call).
 *
 * CALLS gets a line "ROLE N NAME" for each call; REPORT gets one line:
 *   PID STATUS CALL HUNG LEFT
 * the command's pid, its status as a shell has it, the call that was hit or `-`,
 * the call in which the last process hung or `-`, how many processes outlived it.
 */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"

#ifdef __x86_64__

enum role { LAUNCHER, INIT, TEST, ROLES };
enum { MAX_TASKS = 512 };

static const char *const role_names[ROLES] = { "launcher", "init", "test" };

struct task {
	pid_t pid; /* 0: free */
	int role;  /* -1: stopped before its parent told of it */
	bool counts;
	bool pending; /* the call it is in gets the wanted result */
	long call;
};

static struct task tasks[MAX_TASKS];
static unsigned counts[ROLES];
static int wanted_role = -1;
static unsigned wanted_n;
static int wanted_errno; /* 0: short; -1: kill */
static FILE *calls;
static long hit = -1;
static volatile sig_atomic_t late;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "fault: %s: %s\n", what, strerror(errno));
	exit(2);
}

static const char *name_of(long nr)
{
	static char text[32];
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)nr);

	snprintf(text, sizeof(text), "%s", name ? name : "-");
	free(name);
	return text;
}

static struct task *task_of(pid_t pid)
{
	struct task *empty = NULL;

	for (size_t i = 0; i < MAX_TASKS; i++) {
		if (tasks[i].pid == pid)
			return &tasks[i];
		if (!tasks[i].pid && !empty)
			empty = &tasks[i];
	}
	if (!empty)
		die("too many processes");
	*empty = (struct task){ .pid = pid, .role = -1, .call = -1 };
	return empty;
}

/* These have no error, or none that arguments in order can meet; or glibc knows
 * of none: it ends the program after futex(2), and its malloc does not survive a
 * brk(2) that fails between two that do not. */
static bool cannot_fail(long nr)
{
	static const long safe[] = {
		SYS_brk,           SYS_exit,         SYS_exit_group,  SYS_futex,
		SYS_getegid,       SYS_geteuid,      SYS_getgid,      SYS_getpid,
		SYS_getppid,       SYS_gettid,       SYS_getuid,      SYS_restart_syscall,
		SYS_rt_sigaction,  SYS_rt_sigreturn, SYS_rt_sigprocmask,
		SYS_set_tid_address,
	};

	for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++)
		if (safe[i] == nr)
			return true;
	return false;
}

/* What is held can be let go, fcntl(2). */
static bool is_unlock(pid_t pid, const struct __ptrace_syscall_info *info)
{
	const unsigned long cmd = info->entry.args[1];

	if (info->entry.nr != SYS_fcntl || (cmd != F_SETLK && cmd != F_OFD_SETLK))
		return false;
	/* struct flock begins with its type. */
	const long head = ptrace(PTRACE_PEEKDATA, pid, (void *)info->entry.args[2], NULL);
	return (short)head == F_UNLCK;
}

static void act(struct task *t, long nr)
{
	struct user_regs_struct regs;

	hit = nr;
	if (wanted_errno < 0) {
		kill(t->pid, SIGKILL);
		return;
	}
	if (ptrace(PTRACE_GETREGS, t->pid, NULL, &regs) < 0)
		return;
	if (wanted_errno == 0) {
		/* The numbers may have shifted since they were listed. */
		if ((nr == SYS_read || nr == SYS_write) && regs.rdx > 1)
			regs.rdx = 1;
	} else {
		t->pending = true;
		/* Not -1: a filter may kill for that. */
		if (nr != SYS_close)
			regs.orig_rax = SYS_getpid;
	}
	ptrace(PTRACE_SETREGS, t->pid, NULL, &regs);
}

static void on_entry(struct task *t, const struct __ptrace_syscall_info *info)
{
	const long nr = (long)info->entry.nr;

	t->call = nr;
	if (t->role == LAUNCHER && nr == SYS_fcntl && info->entry.args[0] == 0 &&
	    info->entry.args[1] == F_GETFD)
		t->counts = true;
	if (!t->counts || cannot_fail(nr) || is_unlock(t->pid, info))
		return;
	const unsigned n = ++counts[t->role];
	if (calls)
		fprintf(calls, "%s %u %s\n", role_names[t->role], n, name_of(nr));
	if (t->role == wanted_role && n == wanted_n)
		act(t, nr);
}

static void on_exit_of_call(struct task *t)
{
	struct user_regs_struct regs;

	t->call = -1;
	if (!t->pending)
		return;
	t->pending = false;
	if (ptrace(PTRACE_GETREGS, t->pid, NULL, &regs) < 0)
		return;
	regs.rax = (unsigned long long)-wanted_errno;
	ptrace(PTRACE_SETREGS, t->pid, NULL, &regs);
}

static void on_call(struct task *t)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof(info), &info) < 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		on_entry(t, &info);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		on_exit_of_call(t);
}

static void resume(struct task *t, int sig)
{
	/* ESRCH: it was killed meanwhile. */
	(void)ptrace(PTRACE_SYSCALL, t->pid, NULL, (long)sig);
}

static void on_birth(const struct task *parent)
{
	unsigned long pid = 0;

	if (ptrace(PTRACE_GETEVENTMSG, parent->pid, NULL, &pid) < 0 || !pid)
		return;
	struct task *t = task_of((pid_t)pid);
	const bool stopped = t->counts;
	t->role = parent->role + 1 < ROLES ? parent->role + 1 : TEST;
	t->counts = true;
	if (stopped)
		resume(t, 0);
}

/* Past its exec only the launcher is of interest. */
static bool on_exec(struct task *t)
{
	if (t->role == LAUNCHER) {
		t->counts = false;
		return true;
	}
	ptrace(PTRACE_DETACH, t->pid, NULL, 0L);
	t->pid = 0;
	return false;
}

static void on_stop(pid_t pid, int status)
{
	struct task *t = task_of(pid);
	const int sig = WSTOPSIG(status);
	const int event = status >> 16;

	if (t->role < 0) {
		t->counts = true; /* waits for on_birth */
		return;
	}
	if (sig == (SIGTRAP | 0x80)) {
		on_call(t);
	} else if (event == PTRACE_EVENT_EXEC) {
		if (!on_exec(t))
			return;
	} else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
		   event == PTRACE_EVENT_CLONE) {
		on_birth(t);
	} else if (event == 0 && sig != SIGSTOP) {
		resume(t, sig);
		return;
	}
	resume(t, 0);
}

static pid_t start(char **argv)
{
	const pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execv(argv[0], argv);
		die(argv[0]);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) < 0)
		die("start");
	struct task *t = task_of(pid);
	t->role = LAUNCHER;
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL, options) < 0)
		die("trace");
	resume(t, 0);
	return pid;
}

static void on_alarm(int sig)
{
	(void)sig;
	late = 1;
}

/* Where the youngest of them hangs; all of them are killed. */
static long end_all(void)
{
	long nr = -1;

	for (size_t i = 0; i < MAX_TASKS; i++)
		if (tasks[i].pid) {
			nr = tasks[i].call >= 0 ? tasks[i].call : nr;
			kill(tasks[i].pid, SIGKILL);
		}
	return nr;
}

static void parse_wanted(char *text)
{
	const char *role = strtok(text, ":");
	const char *n = strtok(NULL, ":");
	const char *action = strtok(NULL, ":");
	static const struct {
		const char *name;
		int code;
	} actions[] = {
		{ "short", 0 },	      { "kill", -1 },	    { "ENOMEM", ENOMEM },
		{ "EPERM", EPERM },   { "ENOSPC", ENOSPC }, { "EMFILE", EMFILE },
		{ "EINTR", EINTR },   { "EIO", EIO },	    { "EAGAIN", EAGAIN },
		{ "ENOSYS", ENOSYS }, { "EBUSY", EBUSY },   { "ENOENT", ENOENT },
		{ "EINVAL", EINVAL }, { "EACCES", EACCES },
	};

	for (int i = 0; role && i < ROLES; i++)
		if (strcmp(role, role_names[i]) == 0)
			wanted_role = i;
	const bool is_number = n && num_parse_uint(n, &wanted_n) == 0;
	for (size_t i = 0; is_number && action && i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(action, actions[i].name) == 0) {
			wanted_errno = actions[i].code;
			return;
		}
	errno = EINVAL;
	die("-c ROLE:N:ACTION");
}

struct outcome {
	int status; /* of the launcher, as a shell has it */
	long hung;  /* -1: not */
	unsigned left;
};

static void watch(pid_t launcher, unsigned seconds, struct outcome *ret)
{
	int status;
	pid_t pid;

	*ret = (struct outcome){ .status = -1, .hung = -1 };
	alarm(seconds);
	for (;;) {
		pid = waitpid(-1, &status, __WALL);
		if (pid < 0 && errno == EINTR && late) {
			ret->hung = end_all();
			ret->hung = ret->hung < 0 ? SYS_restart_syscall : ret->hung;
			late = 0;
			/* What has been detached ends with its init, or not at all. */
			alarm(2);
			ret->left++;
			if (ret->left > 1)
				return;
		}
		if (pid < 0 && errno == ECHILD)
			return;
		if (pid < 0)
			continue;
		if (WIFSTOPPED(status)) {
			on_stop(pid, status);
			continue;
		}
		task_of(pid)->pid = 0;
		if (pid == launcher)
			ret->status =
				WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
}

int main(int argc, char **argv)
{
	const struct sigaction on = { .sa_handler = on_alarm };
	const char *report = NULL;
	unsigned seconds = 10;
	struct outcome o;
	int c;

	while ((c = getopt(argc, argv, "+c:l:o:t:")) != -1) {
		if (c == 'c')
			parse_wanted(optarg);
		else if (c == 'l')
			calls = fopen(optarg, "we");
		else if (c == 'o')
			report = optarg;
		else if (c == 't')
			(void)num_parse_uint(optarg, &seconds);
	}
	if (!report || !argv[optind])
		return 2;
	sigaction(SIGALRM, &on, NULL);
	/* Whatever they leave behind comes to us, and is seen. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) < 0)
		die("become subreaper");
	const pid_t launcher = start(argv + optind);
	watch(launcher, seconds, &o);
	if (calls && fclose(calls) != 0)
		die("list of calls");
	FILE *f = fopen(report, "we");
	if (!f)
		die(report);
	fprintf(f, "%d %d %s", (int)launcher, o.status, hit < 0 ? "-" : name_of(hit));
	fprintf(f, " %s %u\n", o.hung < 0 ? "-" : name_of(o.hung), o.left);
	return fclose(f) == 0 ? 0 : 2;
}

#else

/* The registers of other machines are not known here. */
int main(void)
{
	return 77;
}

#endif
