/* SPDX-License-Identifier: Apache-2.0 */
/* launch ROUNDS PAUSE_US -- NAME COMMAND... -- NAME COMMAND...: starts each
 * command in turn, ROUNDS times, with a pause before each start, and prints the
 * median and the 90th percentile of the time from start to end.  Taking turns
 * spreads the machine's moods over all of them. */
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"

enum { COMMANDS_MAX = 16 };

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t run_once(char **argv)
{
	extern char **environ;
	int64_t begin_ns = now_ns();
	int status;
	pid_t pid;

	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0 ||
	    waitpid(pid, &status, 0) < 0)
		return -1;
	return status == 0 ? now_ns() - begin_ns : -1;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Cuts the arguments at each "--"; returns the number of commands. */
static size_t cut(char **argv, char **ret_commands[COMMANDS_MAX])
{
	size_t n = 0;

	for (; *argv; argv++) {
		if (strcmp(*argv, "--") != 0)
			continue;
		*argv = NULL;
		if (n < COMMANDS_MAX)
			ret_commands[n++] = argv + 1;
	}
	return n;
}

int main(int argc, char **argv)
{
	char **commands[COMMANDS_MAX];
	int64_t *times_ns;
	unsigned rounds;
	unsigned pause_us;
	size_t n;

	if (argc < 5 || num_parse_uint(argv[1], &rounds) < 0 || rounds < 1 ||
	    num_parse_uint(argv[2], &pause_us) < 0) {
		fputs("launch ROUNDS PAUSE_US -- NAME COMMAND...\n", stderr);
		return 2;
	}
	n = cut(argv + 3, commands);
	times_ns = calloc(n * rounds, sizeof(*times_ns));
	if (!times_ns)
		return 1;
	for (unsigned round = 0; round < rounds; round++) {
		for (size_t i = 0; i < n; i++) {
			usleep(pause_us);
			times_ns[i * rounds + round] = run_once(commands[i] + 1);
			if (times_ns[i * rounds + round] < 0) {
				fprintf(stderr, "launch: %s failed\n", commands[i][0]);
				return 1;
			}
		}
	}
	for (size_t i = 0; i < n; i++) {
		int64_t *t = times_ns + i * rounds;

		qsort(t, rounds, sizeof(*t), by_value);
		printf("%s %.3f %.3f\n", commands[i][0], (double)t[rounds / 2] / 1e6,
		       (double)t[rounds * 9 / 10] / 1e6);
	}
	free(times_ns);
	return 0;
}
