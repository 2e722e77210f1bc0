/* SPDX-License-Identifier: Apache-2.0 */
/* fork RUNTIME_DIR PROFILE_DIR CASE [SECTION.KEY=VALUE...]: forks itself into a
 * sandbox, has the fork do what the case says, and prints how that ended. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <isorun/isorun.h>

static struct iso_spec *spec;
static struct iso_box *older; /* a box that the parent had before */

static int act_pass(void)
{
	return 0;
}

static int act_exit(void)
{
	exit(7);
}

static int act_abort(void)
{
	abort();
}

static int act_exec(void)
{
	execl("/bin/sh", "sh", "-c", "exit $(($(id -u) + 5))", (char *)NULL);
	return 1;
}

static int act_daemon(void)
{
	if (fork() == 0) {
		setsid();
		execl("/bin/sleep", "sleep", "1000", (char *)NULL);
		_exit(1);
	}
	return 0;
}

/* So that its parent can tell by the mark that it lives. */
static int act_stay(void)
{
	execl("/bin/sleep", "sleep", getenv("STAY"), (char *)NULL);
	return 1;
}

static int act_hog(void)
{
	size_t n = (size_t)256 << 20;
	char *p = (char *)malloc(n);

	if (!p)
		return 2;
	for (size_t i = 0; i < n; i += 4096)
		((volatile char *)p)[i] = 1;
	return 0;
}

static int act_where(void)
{
	unsigned cpu = 0;

	syscall(SYS_getcpu, &cpu, NULL, NULL);
	printf("parent %d, thread %s, cpu %s, dumpable %d\n", (int)getppid(),
	       getpid() == (pid_t)syscall(SYS_gettid) ? "ok" : "wrong",
	       sched_getcpu() == (int)cpu ? "ok" : "wrong", prctl(PR_GET_DUMPABLE));
	printf("tmp %s, host file %s, env %s %s\n", getenv("TMPDIR"),
	       access(getenv("MARK"), F_OK) == 0 ? "seen" : "hidden", getenv("OWN"),
	       getenv("ISORUN"));
	fflush(stdout);
	return 0;
}

static int act_fds(void)
{
	printf("descriptor %s\n", fcntl(100, F_GETFD) < 0 ? "closed" : "kept");
	fflush(stdout);
	return 0;
}

/* What the library has open must not be here twice. */
static int act_own_fds(void)
{
	int n = 0;

	for (int fd = 3; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	printf("%d more\n", n);
	fflush(stdout);
	return 0;
}

static int act_older(void)
{
	struct iso_err err = ISO_ERR_INIT;

	printf("%d %d %d\n", iso_box_kill(older) == -ECHILD, iso_box_attend(older) == -ECHILD,
	       iso_box_wait(older, NULL, &err) == -ECHILD);
	iso_box_free(older);
	fflush(stdout);
	return 0;
}

static int nested(int (*act)(void))
{
	struct iso_err err = ISO_ERR_INIT;
	struct iso_result result;
	struct iso_box *box;
	int r = iso_fork(spec, &box, &err);

	if (r == 0)
		_exit(act());
	if (r > 0)
		r = iso_box_wait(box, &result, &err);
	if (r < 0) {
		printf("nested: %s\n", err.text);
		fflush(stdout);
		return 99;
	}
	iso_box_free(box);
	return result.exit_status;
}

static int act_nested(void)
{
	return nested(act_exec) + 10;
}

static void *nothing(void *arg)
{
	free(malloc(100));
	return arg;
}

/* All that a thread left behind at the fork could have broken. */
static int act_use_libc(void)
{
	pthread_t thread;
	pthread_mutexattr_t attr;
	pthread_mutex_t mutex;
	char *text = NULL;
	void *p = malloc(100000);

	if (asprintf(&text, "%p %d", p, (int)getpid()) < 0)
		return 10;
	free(text);
	free(p);
	fprintf(stderr, "%s", "");
	if (setenv("X", "1", 1) < 0 || pthread_create(&thread, NULL, nothing, NULL) != 0 ||
	    pthread_join(thread, NULL) != 0)
		return 11;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&mutex, &attr);
	if (pthread_mutex_lock(&mutex) || pthread_mutex_lock(&mutex) != EDEADLK ||
	    pthread_mutex_unlock(&mutex))
		return 12;
	pid_t pid = fork();
	if (pid == 0)
		_exit(3);
	int status;
	if (waitpid(pid, &status, 0) != pid || WEXITSTATUS(status) != 3)
		return 13;
	signal(SIGUSR1, SIG_IGN);
	return raise(SIGUSR1) ? 14 : 0;
}

static const struct {
	const char *name;
	int (*act)(void);
} cases[] = {
	{ "pass", act_pass },   { "exit", act_exit },	  { "abort", act_abort },
	{ "exec", act_exec },   { "daemon", act_daemon },  { "stay", act_stay },
	{ "hog", act_hog },     { "where", act_where },	  { "fds", act_fds },
	{ "older", act_older }, { "nested", act_nested }, { "own-fds", act_own_fds },
	{ "libc", act_use_libc },
};

static volatile int stop;
static int unsound;

static void *busy(void *arg)
{
	unsigned seed = 1;

	while (!stop) {
		free(malloc((size_t)rand_r(&seed) % 20000));
		fprintf((FILE *)arg, "%u\n", seed);
	}
	return NULL;
}

/* Forks one after the other, as fast as it can. */
static void *fork_often(void *arg)
{
	for (int i = 0; i < 25; i++) {
		int status = nested(act_use_libc);
		if (status != 0) {
			printf("round %d: %d\n", i, status);
			fflush(stdout);
			unsound = 1;
		}
	}
	return arg;
}

/* Four threads at work while two others fork. */
static int with_threads(void)
{
	pthread_t threads[6];
	FILE *sink = fopen("/dev/null", "w");

	for (int i = 0; i < 6; i++)
		if (pthread_create(&threads[i], NULL, i < 4 ? busy : fork_often, sink) != 0)
			return 1;
	pthread_join(threads[4], NULL);
	pthread_join(threads[5], NULL);
	stop = 1;
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	fclose(sink);
	printf("%s\n", unsound ? "unsound" : "sound");
	return unsound;
}

static void report(const struct iso_result *r)
{
	printf("outcome %d, exit status %d, signal %d, leftovers %u\n", (int)r->outcome,
	       r->exit_status, r->signal, r->leftovers);
}

static int timers(void)
{
	int n = 0;

	for (int fd = 3; fd < 256; fd++) {
		char link[32], what[64] = "";
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n += readlink(link, what, sizeof(what) - 1) > 0 && strstr(what, "timerfd");
	}
	return n;
}

/* Until the memory of the older one is polled, by a timer of its own beside the loop's. */
static void await_watch(void)
{
	struct pollfd poll_fd = { .fd = iso_box_fd(older), .events = POLLIN };

	for (int i = 0; timers() < 2 && i < 1000; i++) {
		poll(&poll_fd, 1, 10);
		iso_box_attend(older);
	}
	if (timers() < 2)
		puts("not watched");
}

static int run(const char *name, struct iso_err *err)
{
	struct iso_result result;
	struct iso_box *box = NULL;
	size_t i = 0;

	while (i < sizeof(cases) / sizeof(*cases) && strcmp(cases[i].name, name) != 0)
		i++;
	if (i == sizeof(cases) / sizeof(*cases))
		return -EINVAL;
	/* An older one, whose descriptors must not be in the way. */
	if (getenv("OLDER") && iso_fork(spec, &older, err) == 0)
		_exit(act_stay());
	if (getenv("WATCHED"))
		await_watch();
	int r = iso_fork(spec, &box, err);
	if (r == 0) {
		/* Whoever is here without a sandbox says so. */
		if (box || getppid() != 1)
			puts("no sandbox");
		_exit(cases[i].act());
	}
	if (r > 0)
		r = iso_box_wait(box, &result, err);
	if (r == 0)
		report(&result);
	for (unsigned k = 0; r == 0 && k < result.degraded; k++)
		fprintf(stderr, "%s\n", iso_box_degraded(box, k));
	iso_box_free(box);
	iso_box_free(older);
	return r;
}

static int set(char *word, struct iso_err *err)
{
	char *key = strchr(word, '.');
	char *value = strchr(word, '=');

	if (strcmp(word, "close") == 0)
		return iso_spec_flags(spec, ISO_CLOSE_FDS);
	if (!key || !value)
		return -EINVAL;
	*key++ = *value++ = '\0';
	return iso_spec_set(spec, word, key, value, err);
}

int main(int argc, char **argv)
{
	struct iso_err err = ISO_ERR_INIT;
	char *dirs[] = { NULL, NULL };
	int r;

	spec = iso_spec_new();
	if (argc < 4 || !spec)
		return 2;
	dirs[0] = argv[2];
	r = iso_spec_runtime_dir(spec, argv[1]);
	if (r == 0)
		r = iso_spec_profile_dirs(spec, dirs);
	if (r == 0)
		r = iso_spec_profile(spec, "default", &err);
	if (r == 0)
		r = iso_spec_set(spec, "limits", "memory", "64M", &err);
	for (int i = 4; r == 0 && i < argc; i++)
		r = set(argv[i], &err);
	if (r == 0)
		r = strcmp(argv[3], "threads") == 0 ? with_threads() : run(argv[3], &err);
	iso_spec_free(spec);
	if (r < 0)
		printf("error %d: %s\n", -r, err.text);
	return r != 0;
}
