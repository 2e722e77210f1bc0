/* SPDX-License-Identifier: Apache-2.0 */
/* isorun history: what past attempts of this project's tests took. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/path.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/host_dirs.h"
#include "cli/say.h"
#include "cli/suite_history.h"

enum { ATTEMPTS_SHOWN = 50 };

struct history_values {
	bool help;
};

static const struct opt rows[] = { OPT_HELP };
static const struct opt_group groups[] = { { "Options", rows, ARRAY_SIZE(rows) } };
static const struct opt_table table = { groups, ARRAY_SIZE(groups) };

static void print_attempts(const struct history_attempt *a, size_t n)
{
	char when[TIME_ISO];
	char wall[NUM_TEXT];
	char cpu[NUM_TEXT];
	char peak[NUM_TEXT];
	char limit[NUM_TEXT];

	printf("%-20s  %3s  %8s  %8s  %8s  %8s  %s\n", "ENDED", "TRY", "TIME", "CPU", "PEAK",
	       "LIMIT", "OUTCOME");
	for (size_t i = 0; i < n; i++)
		printf("%-20s  %3u  %8s  %8s  %8s  %8s  %s\n",
		       time_format_iso(when, a[i].taken_wall_ns), a[i].attempt,
		       num_format_time(wall, a[i].wall_ns), num_format_time(cpu, a[i].cpu_ns),
		       num_format_size(peak, a[i].mem_peak_bytes),
		       num_format_size(limit, a[i].mem_limit_bytes), outcome_name(a[i].outcome));
}

static int show(struct history *h, const char *test, struct iso_err *err)
{
	_cleanup_free_ struct history_attempt *attempts = NULL;
	_cleanup_free_ char *project = NULL;
	size_t n = 0;
	int r = path_absolute(".", &project);

	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "read the working directory");
	r = history_of_test(h, project, test, ATTEMPTS_SHOWN, &attempts, &n, err);
	if (r < 0)
		return r;
	if (!n)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "test '%s': no past attempt in project '%s'", test, project);
	print_attempts(attempts, n);
	return 0;
}

static int run(char **argv)
{
	struct history_values v = { 0 };
	struct iso_err err = ISO_ERR_INIT;
	_cleanup_free_ char *state_dir = NULL;
	struct history *h = NULL;
	char **words;
	int r = command_parse(&cmd_history, 0, argv, &v, &words, &err);

	if (r > 0)
		return 0;
	if (r == 0 && (!words[0] || words[1]))
		r = iso_err_set(&err, ISO_ERR_USAGE, 0, "history takes the name of one test");
	if (r == 0)
		r = host_state_dir(&state_dir, &err);
	if (r < 0)
		return say_fault(&err);
	h = suite_history_open(state_dir);
	if (!h)
		return STATUS_HOST;
	r = show(h, words[0], &err);
	history_close(h);
	return r < 0 ? say_fault(&err) : 0;
}

const struct command cmd_history = {
	.name = "history",
	.words = "TEST",
	.summary = "what past attempts of a test of this project took",
	.options = &table,
	.run = run,
};
