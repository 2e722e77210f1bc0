/* SPDX-License-Identifier: Apache-2.0 */
/* fork ROUNDS MIB PROFILES: what it costs a process with so much memory in use to
 * start a test, median and p90 in ms: by fork(2), by iso_fork, and by iso_spawn
 * of /bin/true; "start" until the test runs, "end" until it is waited for. */
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <isorun/isorun.h>

#include "base/num.h"

static struct iso_spec *spec;

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void wait_box(struct iso_box *box)
{
	struct iso_err err = ISO_ERR_INIT;
	struct iso_result result;

	if (iso_box_wait(box, &result, &err) < 0)
		errx(1, "%s", err.text);
	if (result.outcome != ISO_PASSED || result.degraded)
		errx(1, "outcome %d, degraded %u", (int)result.outcome, result.degraded);
	iso_box_free(box);
}

static int64_t plain(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	int64_t started_ns = now_ns();
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		err(1, "fork");
	return started_ns;
}

static int64_t forked(void)
{
	struct iso_err err = ISO_ERR_INIT;
	struct iso_box *box;
	int r = iso_fork(spec, &box, &err);

	if (r == 0)
		_exit(0);
	int64_t started_ns = now_ns();
	if (r < 0)
		errx(1, "%s", err.text);
	wait_box(box);
	return started_ns;
}

static int64_t spawned(void)
{
	static char program[] = "/bin/true";
	char *const argv[] = { program, NULL };
	struct iso_err err = ISO_ERR_INIT;
	struct iso_box *box;

	if (iso_spawn(spec, argv, &box, &err) < 0)
		errx(1, "%s", err.text);
	int64_t started_ns = now_ns();
	wait_box(box);
	return started_ns;
}

static const struct {
	const char *name;
	int64_t (*run)(void); /* gives the time at which it had started */
} ways[] = {
	{ "fork", plain },
	{ "iso_fork", forked },
	{ "iso_spawn", spawned },
};
enum { WAYS = sizeof(ways) / sizeof(*ways) };

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void measure(unsigned rounds)
{
	int64_t *start_ns = calloc((size_t)WAYS * rounds, sizeof(*start_ns));
	int64_t *end_ns = calloc((size_t)WAYS * rounds, sizeof(*end_ns));

	if (!start_ns || !end_ns)
		errx(1, "no memory");
	/* Taking turns spreads the machine's moods over all of them. */
	for (unsigned i = 0; i < rounds; i++)
		for (unsigned k = 0; k < WAYS; k++) {
			int64_t begin_ns = now_ns();
			start_ns[k * rounds + i] = ways[k].run() - begin_ns;
			end_ns[k * rounds + i] = now_ns() - begin_ns;
		}
	for (unsigned k = 0; k < WAYS; k++) {
		int64_t *s = start_ns + k * rounds;
		int64_t *e = end_ns + k * rounds;
		qsort(s, rounds, sizeof(*s), by_value);
		qsort(e, rounds, sizeof(*e), by_value);
		printf("%-10s start %7.2f %7.2f   end %7.2f %7.2f\n", ways[k].name,
		       (double)s[rounds / 2] / 1e6, (double)s[rounds * 9 / 10] / 1e6,
		       (double)e[rounds / 2] / 1e6, (double)e[rounds * 9 / 10] / 1e6);
	}
	free(start_ns);
	free(end_ns);
}

int main(int argc, char **argv)
{
	struct iso_err err = ISO_ERR_INIT;
	unsigned rounds;
	unsigned mib;

	if (argc != 4 || num_parse_uint(argv[1], &rounds) < 0 || rounds < 1 ||
	    num_parse_uint(argv[2], &mib) < 0 || mib < 1)
		errx(2, "fork ROUNDS MIB PROFILES");
	char *memory = malloc((size_t)mib << 20);
	spec = iso_spec_new();
	if (!memory || !spec)
		errx(1, "no memory");
	memset(memory, 1, (size_t)mib << 20);
	if (iso_spec_profile_dirs(spec, argv + 3) < 0 || iso_spec_profile(spec, NULL, &err) < 0 ||
	    iso_spec_set(spec, "limits", "memory", "64M", &err) < 0)
		errx(1, "%s", err.text);
	measure(rounds);
	/* So that nobody takes it for unused. */
	return memory[(size_t)mib << 19] == 1 ? 0 : 1;
}
