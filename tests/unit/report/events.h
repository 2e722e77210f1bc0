/* SPDX-License-Identifier: Apache-2.0 */
/* A made-up run that has some of everything, and the places that its reports need. */
#ifndef TESTS_REPORT_EVENTS_H
#define TESTS_REPORT_EVENTS_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/path.h"
#include "report/sink.h"

#define MIB (UINT64_C(1) << 20)
#define MS INT64_C(1000000)

/* A run directory with an output folder, and a file beside it. */
struct place {
	char dir[64];
};

static inline int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	char path[96];

	snprintf(p->dir, sizeof(p->dir), "/tmp/isorun-report-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(path, sizeof(path), "%s/output", p->dir);
	assert_int_equal(fs_mkdirs(path, 0700), 0);
	*state = p;
	return 0;
}

static inline int remove_place(void **state)
{
	struct place *p = *state;

	assert_int_equal(fs_remove_tree_at(AT_FDCWD, p->dir), 0);
	free(p);
	return 0;
}

#define IN_PLACE(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

static inline char *place_path(const struct place *p, const char *name)
{
	return path_join(p->dir, name); /* the caller frees */
}

static inline void place_write(const struct place *p, const char *name, const char *text,
			       size_t len)
{
	char *path = place_path(p, name);

	assert_int_equal(fs_replace_at(AT_FDCWD, path, text, len, 0600), 0);
	free(path);
}

static inline char *place_read(const struct place *p, const char *name)
{
	char *path = place_path(p, name);
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(fs_read(path, 64 << 20, &text, &len), 0);
	assert_non_null(text);
	free(path);
	return text; /* the caller frees */
}

/* What a sink wrote to a memory file so far; the caller frees. */
static inline char *read_memory(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);

	assert_true(size >= 0);
	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)size, 0), size);
	return text;
}

static inline void send(struct sink *s, const struct event *e)
{
	s->driver->event(s, e);
}

static inline void send_all(struct sink *const *sinks, size_t n, struct event e)
{
	for (size_t i = 0; i < n; i++)
		send(sinks[i], &e);
}

static inline struct event run_started(const struct place *p, unsigned n_tests)
{
	struct event e = { .kind = EVENT_RUN_STARTED };

	e.u.run_started.run = "2026-11-21T10-18-00-1";
	e.u.run_started.version = "0.1.0";
	e.u.run_started.dir = p->dir;
	e.u.run_started.cwd = "/src/my suite";
	e.u.run_started.command = "isorun suite";
	e.u.run_started.wall_ns = INT64_C(1795256280) * 1000 * MS;
	e.u.run_started.n_tests = n_tests;
	e.u.run_started.jobs = 8;
	e.u.run_started.cpus = 2;
	e.u.run_started.budget_bytes = 6 * 1024 * MIB;
	e.u.run_started.budget_from = "memory limit of /ci";
	e.u.run_started.profile = "default";
	e.u.run_started.order = "random:42";
	return e;
}

static inline struct event planned(const char *test, int64_t expected_ns)
{
	struct event e = { .kind = EVENT_TEST_PLANNED, .test = test };

	e.u.planned.demand.mem_bytes = 256 * MIB;
	e.u.planned.demand.cpus_milli = 500;
	e.u.planned.demand.mem_origin = DEMAND_HISTORY;
	e.u.planned.expected_ns = expected_ns;
	e.u.planned.command = "./run 'a b'";
	e.u.planned.options = "--env 'A=b c'";
	e.u.planned.cwd = "/src/my suite";
	e.u.planned.origin = "tests.txt:3";
	return e;
}

static inline struct event started(const char *test, unsigned attempt, int64_t t_ns, uint64_t mem)
{
	struct event e = { .kind = EVENT_ATTEMPT_STARTED, .test = test, .attempt = attempt,
			   .t_ns = t_ns };

	e.u.started.mem_bytes = mem;
	e.u.started.output = "output/1.1";
	return e;
}

static inline struct event attempt_finished(const char *test, unsigned attempt, int64_t t_ns,
					    const struct result *r, const char *output, bool again,
					    const char *detail)
{
	struct event e = { .kind = EVENT_ATTEMPT_FINISHED, .test = test, .attempt = attempt,
			   .t_ns = t_ns };

	e.u.finished.result = r;
	e.u.finished.output = output;
	e.u.finished.again = again;
	e.u.finished.detail = detail;
	return e;
}

static inline struct event test_finished(const char *test, int64_t t_ns, enum outcome o,
					 unsigned attempts, const char *detail, const char *output,
					 int64_t wall_ns, uint64_t peak)
{
	struct event e = { .kind = EVENT_TEST_FINISHED, .test = test, .t_ns = t_ns };

	e.u.test_finished.outcome = o;
	e.u.test_finished.attempts = attempts;
	e.u.test_finished.detail = detail;
	e.u.test_finished.output = output;
	e.u.test_finished.wall_ns = wall_ns;
	e.u.test_finished.mem_peak_bytes = peak;
	return e;
}

static inline struct result result_of(enum outcome o, int64_t wall_ns, uint64_t peak)
{
	struct result r;

	result_init(&r);
	r.outcome = o;
	r.started = true;
	r.exit_status = o == OUTCOME_PASSED ? 0 : 1;
	r.usage.wall_ns = wall_ns;
	r.usage.mem_peak_bytes = peak;
	return r;
}

/* A test that takes one attempt. */
static inline void play_simple(struct sink *const *sinks, size_t n, const char *test, int64_t t_ns,
			       enum outcome o, const char *detail, const char *output,
			       int64_t wall_ns, uint64_t peak)
{
	struct result r = result_of(o, wall_ns, peak);

	send_all(sinks, n, started(test, 1, t_ns, 256 * MIB));
	send_all(sinks, n, attempt_finished(test, 1, t_ns + wall_ns, &r, output, false, detail));
	send_all(sinks, n,
		 test_finished(test, t_ns + wall_ns, o, 1, detail, output, wall_ns, peak));
}

static inline void play_flaky(struct sink *const *sinks, size_t n)
{
	struct result r = result_of(OUTCOME_FAILED, 300 * MS, 10 * MIB);

	send_all(sinks, n, started("t/flaky", 1, 0, 64 * MIB));
	send_all(sinks, n, attempt_finished("t/flaky", 1, 300 * MS, &r, "output/3.1", true,
					    "exit status 1"));
	r.outcome = OUTCOME_PASSED;
	send_all(sinks, n, started("t/flaky", 2, 300 * MS, 64 * MIB));
	send_all(sinks, n, attempt_finished("t/flaky", 2, 700 * MS, &r, "output/3.2", false, NULL));
	send_all(sinks, n, test_finished("t/flaky", 700 * MS, OUTCOME_FLAKY, 2, NULL, "output/3.2",
					 400 * MS, 10 * MIB));
}

/* Out of memory twice, then it passes; leaves a process, writes, is degraded. */
static inline void play_oom(struct sink *const *sinks, size_t n)
{
	struct result r = result_of(OUTCOME_OUT_OF_MEMORY, 1200 * MS, 256 * MIB);
	struct leftover left = { 42, "sleep", (char *)(uintptr_t)"sleep 1000", 5 * MS };
	struct degraded given_up = { (char *)(uintptr_t)"memory limit",
				     (char *)(uintptr_t)"no writable cgroup" };
	char *written[] = { (char *)(uintptr_t)"out/log", NULL };

	r.oom = r.test_process_oom = true;
	r.usage.oom_kills = 1;
	r.degraded = &given_up;
	r.n_degraded = 1;
	send_all(sinks, n, started("t/big", 1, 0, 256 * MIB));
	send_all(sinks, n, attempt_finished("t/big", 1, 1200 * MS, &r, "output/4.1", true,
					    "out of memory at 256M"));
	send_all(sinks, n, started("t/big", 2, 1200 * MS, 512 * MIB));
	send_all(sinks, n, attempt_finished("t/big", 2, 2400 * MS, &r, "output/4.2", true,
					    "out of memory at 512M"));
	r.oom = r.test_process_oom = false;
	r.outcome = OUTCOME_PASSED;
	r.usage.mem_peak_bytes = 900 * MIB;
	r.leftovers = &left;
	r.n_leftovers = 1;
	r.written = written;
	r.n_written = 1;
	send_all(sinks, n, started("t/big", 3, 2400 * MS, 1024 * MIB));
	send_all(sinks, n, attempt_finished("t/big", 3, 3600 * MS, &r, "output/4.3", false, NULL));
	send_all(sinks, n, test_finished("t/big", 3600 * MS, OUTCOME_PASSED, 3, NULL, "output/4.3",
					 1200 * MS, 900 * MIB));
}

static inline void play_end(struct sink *const *sinks, size_t n)
{
	struct event e = { .kind = EVENT_RUN_FINISHED, .t_ns = 12300 * MS };

	e.u.run_finished.wall_ns = 12300 * MS;
	e.u.run_finished.counts[OUTCOME_PASSED] = 2;
	e.u.run_finished.counts[OUTCOME_FAILED] = 1;
	e.u.run_finished.counts[OUTCOME_TIMED_OUT] = 1;
	e.u.run_finished.counts[OUTCOME_FLAKY] = 1;
	e.u.run_finished.counts[OUTCOME_SKIPPED] = 1;
	e.u.run_finished.sum_ns = 24600 * MS;
	e.u.run_finished.bound_longest_ns = 5000 * MS;
	e.u.run_finished.bound_cpu_ns = 11800 * MS;
	e.u.run_finished.bound_memory_ns = 9100 * MS;
	send_all(sinks, n, e);
}

static inline void play_run(const struct place *p, struct sink *const *sinks, size_t n)
{
	static const char *const ids[] = { "t/ok",  "t/bad.py::Case::test_x", "t/flaky",
					   "t/big", "t/skip",                 "t/slow" };
	static const char bad[] = "first\nkurz \033[31mred\033[0m \033]0;title\007\n\xff" "end\n";

	place_write(p, "output/2.1", bad, sizeof(bad) - 1);
	place_write(p, "output/3.1", "flaked\n", 7);
	place_write(p, "output/6.1", "", 0);
	send_all(sinks, n, run_started(p, 6));
	for (size_t i = 0; i < 6; i++)
		send_all(sinks, n, planned(ids[i], 0));
	play_simple(sinks, n, ids[0], 0, OUTCOME_PASSED, NULL, "output/1.1", 400 * MS, 12 * MIB);
	play_simple(sinks, n, ids[1], 0, OUTCOME_FAILED, "exit status 1", "output/2.1", 1200 * MS,
		    64 * MIB);
	play_flaky(sinks, n);
	play_oom(sinks, n);
	play_simple(sinks, n, ids[4], 0, OUTCOME_SKIPPED, "no openssl", "output/5.1", 12 * MS,
		    3 * MIB);
	play_simple(sinks, n, ids[5], 0, OUTCOME_TIMED_OUT, "no end after 5s", "output/6.1",
		    5000 * MS, 5 * MIB);
	play_end(sinks, n);
}

#endif
