/* SPDX-License-Identifier: Apache-2.0 */
/* The public API in real sandboxes, with a ledger in a directory of its own. */
#include "isorun/isorun.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/time.h"

enum { DEADLINE_MS = 20000 };

struct place {
	char dir[64];
	struct iso_spec *spec;
	struct iso_box *box;  /* freed by tear_down */
	struct iso_box *next; /* likewise */
	int out[2];           /* [0]: what the commands print */
};

static struct iso_spec *new_spec(const struct place *p)
{
	char *const profiles[] = { (char *)"profiles", NULL };
	char *const env[] = { (char *)"PATH=/usr/bin:/bin", (char *)"OWN=1", NULL };
	struct iso_err err = ISO_ERR_INIT;
	struct iso_spec *s = iso_spec_new();

	assert_non_null(s);
	assert_int_equal(iso_spec_runtime_dir(s, p->dir), 0);
	assert_int_equal(iso_spec_profile_dirs(s, profiles), 0);
	assert_int_equal(iso_spec_env(s, env), 0);
	if (iso_spec_profile(s, NULL, &err) < 0)
		fail_msg("%s", err.text);
	iso_spec_stdio(s, -1, p->out[1], -1);
	return s;
}

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/isorun-test-iso-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	assert_int_equal(pipe2(p->out, O_CLOEXEC), 0);
	p->spec = new_spec(p);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	iso_box_free(p->box);
	iso_box_free(p->next);
	iso_spec_free(p->spec);
	close(p->out[0]);
	if (p->out[1] >= 0)
		close(p->out[1]);
	fs_remove_tree_at(AT_FDCWD, p->dir);
	free(p);
	return 0;
}

static void set(struct place *p, const char *section, const char *key, const char *value)
{
	struct iso_err err = ISO_ERR_INIT;

	if (iso_spec_set(p->spec, section, key, value, &err) < 0)
		fail_msg("%s", err.text);
}

static struct iso_box *spawn_argv(const struct place *p, char *const *argv)
{
	struct iso_err err = ISO_ERR_INIT;
	struct iso_box *box = NULL;

	if (iso_spawn(p->spec, argv, &box, &err) < 0)
		fail_msg("%s", err.text);
	return box;
}

static struct iso_box *spawn(const struct place *p, const char *script)
{
	char *const argv[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };

	return spawn_argv(p, argv);
}

static struct iso_result wait_for(struct iso_box *box)
{
	struct iso_result r = { 0 };
	struct iso_err err = ISO_ERR_INIT;

	if (iso_box_wait(box, &r, &err) < 0)
		fail_msg("%s", err.text);
	return r;
}

static struct iso_result run(struct place *p, const char *script)
{
	p->box = spawn(p, script);
	return wait_for(p->box);
}

/* As a host with a loop of its own; a box of which no news come is a failure. */
static void attend_to_the_end(struct iso_box *box)
{
	int r;

	do {
		struct pollfd fd = { .fd = iso_box_fd(box), .events = POLLIN };
		assert_int_equal(poll(&fd, 1, DEADLINE_MS), 1);
		r = iso_box_attend(box);
		assert_true(r >= 0);
	} while (r == 0);
}

/* All that was printed; it ends when nobody can print any more. */
static void read_to_the_end(struct place *p, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n;

	close(p->out[1]);
	p->out[1] = -1;
	while ((n = read(p->out[0], text + len, size - 1 - len)) > 0)
		len += (size_t)n;
	assert_int_equal(n, 0);
	text[len] = '\0';
}

static void read_a_line(struct place *p)
{
	char c;

	do
		assert_int_equal(read(p->out[0], &c, 1), 1);
	while (c != '\n');
}

static void a_command_that_passes_has_taken_time_and_memory(void **state)
{
	struct iso_result r = run(*state, ":");

	assert_int_equal(r.outcome, ISO_PASSED);
	assert_int_equal(r.exit_status, 0);
	assert_int_equal(r.signal, 0);
	assert_true(r.wall_ns > 0);
	assert_true(r.user_ns + r.system_ns > 0);
	assert_true(r.mem_limit_bytes > 0);
	assert_int_equal(r.leftovers, 0);
}

static void an_exit_status_is_told(void **state)
{
	struct iso_result r = run(*state, "exit 7");

	assert_int_equal(r.outcome, ISO_FAILED);
	assert_int_equal(r.exit_status, 7);
}

static void a_signal_that_ended_it_is_told(void **state)
{
	struct iso_result r = run(*state, "kill -SEGV $$");

	assert_int_equal(r.outcome, ISO_CRASHED);
	assert_int_equal(r.signal, SIGSEGV);
	assert_int_equal(r.exit_status, -1);
}

static void waiting_again_says_the_same(void **state)
{
	struct place *p = *state;

	run(p, "exit 3");
	assert_int_equal(wait_for(p->box).exit_status, 3);
	assert_int_equal(iso_box_attend(p->box), 1);
}

static void a_program_that_is_not_found_is_an_error(void **state)
{
	struct place *p = *state;
	char *const argv[] = { (char *)"no-such-program", NULL };
	struct iso_err err = ISO_ERR_INIT;
	struct iso_result r = { .exit_status = 42 };

	p->box = spawn_argv(p, argv);
	attend_to_the_end(p->box);
	assert_int_equal(iso_box_wait(p->box, &r, &err), -ENOENT);
	assert_int_equal(err.code, ENOENT);
	assert_non_null(strstr(err.text, "no-such-program"));
	assert_int_equal(r.exit_status, 42);
}

static void a_file_that_is_no_program_is_an_error(void **state)
{
	struct place *p = *state;
	char *const argv[] = { (char *)"/etc/passwd", NULL };

	p->box = spawn_argv(p, argv);
	assert_int_equal(iso_box_wait(p->box, NULL, NULL), -EACCES);
}

static void the_output_ends_with_the_command(void **state)
{
	struct place *p = *state;
	char text[64];

	p->box = spawn(p, "echo hello");
	close(p->out[1]);
	p->out[1] = open("/dev/null", O_WRONLY | O_CLOEXEC);
	attend_to_the_end(p->box);
	read_to_the_end(p, text, sizeof(text));
	assert_string_equal(text, "hello\n");
}

static void the_environment_is_what_was_given(void **state)
{
	struct place *p = *state;
	char text[4096];

	assert_int_equal(setenv("OF_THE_HOST", "1", 1), 0);
	run(p, "env");
	read_to_the_end(p, text, sizeof(text));
	assert_non_null(strstr(text, "OWN=1\n"));
	assert_non_null(strstr(text, "ISORUN=1\n"));
	assert_non_null(strstr(text, "ISORUN_WAITED_MS=0\n"));
	assert_null(strstr(text, "OF_THE_HOST"));
}

static void the_working_directory_is_what_was_given(void **state)
{
	struct place *p = *state;
	char text[64];

	assert_int_equal(iso_spec_cwd(p->spec, "/usr"), 0);
	run(p, "pwd");
	read_to_the_end(p, text, sizeof(text));
	assert_string_equal(text, "/usr\n");
}

static void a_time_limit_ends_it(void **state)
{
	struct place *p = *state;

	set(p, "limits", "timeout", "50ms");
	p->box = spawn(p, "sleep 1000");
	attend_to_the_end(p->box);
	assert_int_equal(wait_for(p->box).outcome, ISO_TIMED_OUT);
}

static void a_process_left_running_is_killed_and_counted(void **state)
{
	assert_int_equal(run(*state, "sleep 1000 & exit 0").leftovers, 1);
}

static void a_signal_reaches_the_command(void **state)
{
	struct place *p = *state;

	p->box = spawn(p, "trap 'exit 9' TERM; echo ready; while :; do sleep 0.01; done");
	read_a_line(p);
	assert_int_equal(iso_box_signal(p->box, SIGTERM), 0);
	attend_to_the_end(p->box);
	assert_int_equal(wait_for(p->box).exit_status, 9);
	assert_int_equal(iso_box_signal(p->box, SIGTERM), -ESRCH);
}

static void what_is_no_signal_is_refused(void **state)
{
	struct place *p = *state;

	p->box = spawn(p, "sleep 1000");
	assert_int_equal(iso_box_signal(p->box, 0), -EINVAL);
	assert_int_equal(iso_box_signal(p->box, NSIG), -EINVAL);
}

static void a_signal_that_comes_too_late_does_not_hurt_the_host(void **state)
{
	struct place *p = *state;
	siginfo_t info;

	signal(SIGPIPE, SIG_DFL);
	p->box = spawn(p, ":");
	/* Its pid 1 has exited; the box does not know yet. */
	assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(iso_box_signal(p->box, SIGTERM), 0);
	assert_int_equal(wait_for(p->box).outcome, ISO_PASSED);
}

static void a_host_that_ignores_its_children_learns_how_they_ended(void **state)
{
	signal(SIGCHLD, SIG_IGN);
	struct iso_result r = run(*state, "exit 8");
	signal(SIGCHLD, SIG_DFL);
	assert_int_equal(r.exit_status, 8);
}

static void a_host_that_waits_for_any_child_learns_it_too(void **state)
{
	struct place *p = *state;
	siginfo_t info;

	p->box = spawn(p, "exit 8");
	assert_int_equal(waitid(P_ALL, 0, &info, WEXITED), 0);
	attend_to_the_end(p->box);
	assert_int_equal(wait_for(p->box).exit_status, 8);
}

static void a_killed_box_has_failed(void **state)
{
	struct place *p = *state;

	p->box = spawn(p, "echo ready; sleep 1000");
	read_a_line(p);
	assert_int_equal(iso_box_kill(p->box), 0);
	attend_to_the_end(p->box);
	struct iso_result r = wait_for(p->box);
	assert_int_equal(r.outcome, ISO_FAILED);
	assert_int_equal(r.signal, SIGKILL);
	assert_int_equal(iso_box_kill(p->box), 0);
}

static void a_freed_box_has_no_process_left(void **state)
{
	struct place *p = *state;
	char text[8];

	struct iso_box *box = spawn(p, "sleep 1000 & sleep 1000");
	iso_box_free(box);
	read_to_the_end(p, text, sizeof(text));
	assert_string_equal(text, "");
}

static void a_box_outlives_its_spec(void **state)
{
	struct place *p = *state;

	p->box = spawn(p, "exit 4");
	iso_spec_free(p->spec);
	p->spec = NULL;
	assert_int_equal(wait_for(p->box).exit_status, 4);
}

/* Two of 60 MiB do not fit 100. */
static void limit_memory(struct place *p)
{
	set(p, "limits", "memory", "60M");
	iso_spec_budget(p->spec, 100 << 20);
}

static void a_box_waits_for_the_budget(void **state)
{
	struct place *p = *state;

	limit_memory(p);
	p->box = spawn(p, "echo first; sleep 1000");
	p->next = spawn(p, "echo $ISORUN_WAITED_MS; exit 6");
	read_a_line(p);
	assert_int_equal(iso_box_attend(p->next), 0);
	iso_box_free(p->box);
	p->box = NULL;
	attend_to_the_end(p->next);
	struct iso_result r = wait_for(p->next);
	assert_int_equal(r.exit_status, 6);
	assert_int_equal(r.mem_limit_bytes, 60 << 20);
	assert_true(r.waited_ns > 0);
	char told[32];
	char known[32];
	(void)snprintf(known, sizeof(known), "%" PRId64 "\n", r.waited_ns / NSEC_PER_MSEC);
	read_to_the_end(p, told, sizeof(told));
	assert_string_equal(told, known);
}

static void a_box_that_waits_can_be_cancelled(void **state)
{
	struct place *p = *state;

	limit_memory(p);
	p->box = spawn(p, "sleep 1000");
	p->next = spawn(p, ":");
	assert_int_equal(iso_box_kill(p->next), 0);
	attend_to_the_end(p->next);
	assert_int_equal(iso_box_wait(p->next, NULL, NULL), -ECANCELED);
}

static void a_spawn_that_may_not_wait_is_refused(void **state)
{
	struct place *p = *state;
	char *const argv[] = { (char *)"true", NULL };

	limit_memory(p);
	assert_int_equal(iso_spec_flags(p->spec, ISO_NOWAIT), 0);
	p->box = spawn(p, "sleep 1000");
	assert_int_equal(iso_spawn(p->spec, argv, &p->next, NULL), -EAGAIN);
	assert_null(p->next);
}

static bool has_no_memory_limit(struct iso_box *box)
{
	for (unsigned i = 0; iso_box_degraded(box, i); i++)
		if (strncmp(iso_box_degraded(box, i), "memory limit", 12) == 0)
			return true;
	return false;
}

static void a_memory_kill_is_named_whatever_the_exit_status(void **state)
{
	struct place *p = *state;

	set(p, "limits", "memory", "40M");
	struct iso_result r = run(p, "head -c 200M /dev/zero | tail -n 1 >/dev/null; exit 0");
	if (has_no_memory_limit(p->box))
		skip();
	assert_int_equal(r.outcome, ISO_OUT_OF_MEMORY);
	assert_true(r.oom_kills > 0);
	assert_true(r.mem_peak_bytes > 30 << 20);
}

static void what_was_given_up_is_said(void **state)
{
	struct place *p = *state;
	unsigned n = run(p, ":").degraded;

	assert_null(iso_box_degraded(p->box, n));
	assert_true(n == 0 || iso_box_degraded(p->box, n - 1));
}

static void a_spec_without_a_profile_is_refused(void **state)
{
	struct place *p = *state;
	char *const argv[] = { (char *)"true", NULL };
	struct iso_err err = ISO_ERR_INIT;

	iso_spec_free(p->spec);
	p->spec = iso_spec_new();
	assert_int_equal(iso_spawn(p->spec, argv, &p->box, &err), -EINVAL);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
}

static void a_command_without_words_is_refused(void **state)
{
	struct place *p = *state;
	char *const argv[] = { NULL };

	assert_int_equal(iso_spawn(p->spec, argv, &p->box, NULL), -EINVAL);
}

static void an_unknown_profile_or_key_is_the_callers_mistake(void **state)
{
	struct place *p = *state;
	struct iso_err err = ISO_ERR_INIT;

	assert_true(iso_spec_profile(p->spec, "defualt", &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_non_null(strstr(err.text, "default"));
	assert_true(iso_spec_set(p->spec, "limits", "memroy", "1M", &err) < 0);
	assert_non_null(strstr(err.text, "memory"));
	assert_true(iso_spec_set(p->spec, "limits", NULL, "1M", NULL) < 0);
	assert_int_equal(iso_spec_flags(p->spec, 1U << 31), -EINVAL);
	assert_int_equal(run(p, "exit 2").exit_status, 2);
}

static void a_policy_is_compiled_when_it_is_set(void **state)
{
	struct place *p = *state;
	struct iso_err err = ISO_ERR_INIT;
	static const char odd[] = "python3 -c 'import ctypes, sys\n"
				  "libc = ctypes.CDLL(None, use_errno=True)\n"
				  "libc.personality(0x400000); sys.exit(ctypes.get_errno())'";

	assert_int_equal(run(p, odd).exit_status, 0);
	set(p, "process", "seccomp", "strict");
	assert_int_equal(run(p, odd).exit_status, EPERM);
	assert_true(iso_spec_set(p->spec, "process", "seccomp", "strct", &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_non_null(strstr(err.text, "strict"));
	assert_int_equal(run(p, odd).exit_status, EPERM);
	assert_true(iso_spec_set(p->spec, "process", "seccomp-log", "yes", &err) < 0);
	assert_true(iso_spec_set(p->spec, "limits", "tokens", "gpu=1", &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
}

struct worker {
	const struct iso_spec *spec;
	int good;
	struct iso_err err; /* of the last that was not */
};

enum { N_WORKERS = 4, N_RUNS = 5 };

static void *work(void *arg)
{
	struct worker *w = arg;
	char *const argv[] = { (char *)"sh", (char *)"-c", (char *)"exit 5", NULL };

	for (int i = 0; i < N_RUNS; i++) {
		struct iso_box *box = NULL;
		struct iso_result r;
		if (iso_spawn(w->spec, argv, &box, &w->err) == 0 &&
		    iso_box_wait(box, &r, &w->err) == 0 && r.exit_status == 5)
			w->good++;
		iso_box_free(box);
	}
	return NULL;
}

static void threads_spawn_from_one_spec(void **state)
{
	struct place *p = *state;
	struct worker workers[N_WORKERS];
	pthread_t threads[N_WORKERS];

#ifdef __SANITIZE_THREAD__
	/* Its locks, held by another thread at our bare clone3, stay held in init. */
	skip();
#endif
	set(p, "limits", "memory", "20M");
	for (size_t i = 0; i < N_WORKERS; i++) {
		workers[i] = (struct worker){ .spec = p->spec };
		assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	}
	for (size_t i = 0; i < N_WORKERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		if (workers[i].good < N_RUNS)
			fail_msg("%d of %d: %s", workers[i].good, N_RUNS, workers[i].err.text);
	}
}

static void null_is_nothing_to_free(void **state)
{
	(void)state;
	iso_spec_free(NULL);
	iso_box_free(NULL);
}

#define ISO_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ISO_TEST(a_command_that_passes_has_taken_time_and_memory),
		ISO_TEST(an_exit_status_is_told),
		ISO_TEST(a_signal_that_ended_it_is_told),
		ISO_TEST(waiting_again_says_the_same),
		ISO_TEST(a_program_that_is_not_found_is_an_error),
		ISO_TEST(a_file_that_is_no_program_is_an_error),
		ISO_TEST(the_output_ends_with_the_command),
		ISO_TEST(the_environment_is_what_was_given),
		ISO_TEST(the_working_directory_is_what_was_given),
		ISO_TEST(a_time_limit_ends_it),
		ISO_TEST(a_process_left_running_is_killed_and_counted),
		ISO_TEST(a_signal_reaches_the_command),
		ISO_TEST(what_is_no_signal_is_refused),
		ISO_TEST(a_signal_that_comes_too_late_does_not_hurt_the_host),
		ISO_TEST(a_host_that_ignores_its_children_learns_how_they_ended),
		ISO_TEST(a_host_that_waits_for_any_child_learns_it_too),
		ISO_TEST(a_killed_box_has_failed),
		ISO_TEST(a_freed_box_has_no_process_left),
		ISO_TEST(a_box_outlives_its_spec),
		ISO_TEST(a_box_waits_for_the_budget),
		ISO_TEST(a_box_that_waits_can_be_cancelled),
		ISO_TEST(a_spawn_that_may_not_wait_is_refused),
		ISO_TEST(a_memory_kill_is_named_whatever_the_exit_status),
		ISO_TEST(what_was_given_up_is_said),
		ISO_TEST(a_spec_without_a_profile_is_refused),
		ISO_TEST(a_command_without_words_is_refused),
		ISO_TEST(an_unknown_profile_or_key_is_the_callers_mistake),
		ISO_TEST(a_policy_is_compiled_when_it_is_set),
		ISO_TEST(threads_spawn_from_one_spec),
		cmocka_unit_test(null_is_nothing_to_free),
	};
	return cmocka_run_group_tests_name("engine/iso", tests, NULL, NULL);
}
