/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/history_tell.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/str.h"
#include "base/time.h"
#include "history/trend.h"
#include "suite/rundir.h"

enum { NEWEST = 10, SAMPLES_MAX = 64 };

static const char *shown_key(const char *key)
{
	return *key ? key : "-";
}

static uint64_t size_of(const struct history_attempt *a)
{
	return a->mem_working_bytes ? a->mem_working_bytes : a->mem_peak_bytes;
}

static bool is_bad(enum outcome o)
{
	return o == OUTCOME_FAILED || o == OUTCOME_TIMED_OUT || o == OUTCOME_CRASHED;
}

void history_trend_of(const struct history_attempt *a, size_t n, const char *key,
		      struct history_trend *ret)
{
	int64_t ns[SAMPLES_MAX];
	int64_t bytes[SAMPLES_MAX];
	size_t k = 0;

	*ret = (struct history_trend){ 0 };
	for (size_t i = 0; i < n && k < SAMPLES_MAX; i++) {
		if (!str_eq(a[i].key, key))
			continue;
		ret->bad += is_bad(a[i].outcome);
		ret->judged += is_bad(a[i].outcome) || a[i].outcome == OUTCOME_PASSED;
		if (a[i].outcome != OUTCOME_PASSED)
			continue;
		ns[k] = a[i].wall_ns;
		bytes[k++] = (int64_t)size_of(&a[i]);
	}
	/* With few, half of them are the newest. */
	ret->n_new = (unsigned)(k > 2 * NEWEST ? NEWEST : (k + 1) / 2);
	ret->n_old = (unsigned)k - ret->n_new;
	ret->new_ns = trend_median(ns, ret->n_new);
	ret->old_ns = trend_median(ns + ret->n_new, ret->n_old);
	ret->new_bytes = trend_median(bytes, ret->n_new);
	ret->old_bytes = trend_median(bytes + ret->n_new, ret->n_old);
}

static double percent_more(int64_t now, int64_t before)
{
	return before > 0 ? 100.0 * ((double)now - (double)before) / (double)before : 0.0;
}

static void print_trend(const struct history_trend *t, const char *key)
{
	char now[NUM_TEXT];
	char before[NUM_TEXT];
	double low;
	double high;

	if (*key)
		printf("%s:\n", key);
	if (t->n_old)
		printf("time: %s, median of the newest %u that passed; %s of the %u before"
		       " (%+.0f %%)\n", num_format_time(now, t->new_ns), t->n_new,
		       num_format_time(before, t->old_ns), t->n_old,
		       percent_more(t->new_ns, t->old_ns));
	if (t->n_old)
		printf("memory: %s; %s before (%+.0f %%)\n",
		       num_format_size(now, (uint64_t)t->new_bytes),
		       num_format_size(before, (uint64_t)t->old_bytes),
		       percent_more(t->new_bytes, t->old_bytes));
	if (!t->judged)
		return;
	trend_wilson(t->bad, t->judged, &low, &high);
	printf("failed: %u of %u, %.1f %% (95 %% sure: %.1f to %.1f %%)\n", t->bad, t->judged,
	       100.0 * t->bad / t->judged, 100.0 * low, 100.0 * high);
}

/* The first row of its environment. */
static bool is_first(const struct history_attempt *a, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(a[k].key, a[i].key))
			return false;
	return true;
}

static bool have_keys(const struct history_attempt *a, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (!str_eq(a[i].key, a[0].key))
			return true;
	return false;
}

void history_tell_attempts(const struct history_attempt *a, size_t n)
{
	const bool keys = have_keys(a, n);
	char when[TIME_ISO];
	char wall[NUM_TEXT];
	char cpu[NUM_TEXT];
	char peak[NUM_TEXT];
	char limit[NUM_TEXT];
	char working[NUM_TEXT];

	printf("%-20s  %3s  %8s  %8s  %8s  %8s  %8s  %s%s\n", "ENDED", "TRY", "TIME", "CPU",
	       "WORKING", "PEAK", "LIMIT", keys ? "OUTCOME        " : "OUTCOME",
	       keys ? "KEY" : "");
	for (size_t i = 0; i < n; i++)
		printf("%-20s  %3u  %8s  %8s  %8s  %8s  %8s  %-*s%s\n",
		       time_format_iso(when, a[i].taken_wall_ns), a[i].attempt,
		       num_format_time(wall, a[i].wall_ns), num_format_time(cpu, a[i].cpu_ns),
		       num_format_size(working, a[i].mem_working_bytes),
		       num_format_size(peak, a[i].mem_peak_bytes),
		       num_format_size(limit, a[i].mem_limit_bytes), keys ? 15 : 0,
		       outcome_name(a[i].outcome), keys ? shown_key(a[i].key) : "");
	printf("\n");
	for (size_t i = 0; i < n; i++) {
		struct history_trend trend;

		if (!is_first(a, i))
			continue;
		history_trend_of(a, n, a[i].key, &trend);
		print_trend(&trend, keys ? shown_key(a[i].key) : "");
	}
}

static void print_test(const struct history_test *t, bool rates, bool keys)
{
	char wall[NUM_TEXT];
	char peak[NUM_TEXT];
	char rate[40] = "";
	double low;
	double high;

	if (rates) {
		const unsigned n = t->bad + t->passed;

		trend_wilson(t->bad, n, &low, &high);
		(void)snprintf(rate, sizeof(rate), "%5.1f %%  %5.1f-%-5.1f  ",
			       n ? 100.0 * t->bad / n : 0.0, 100.0 * low, 100.0 * high);
	}
	/* None of its attempts may have run to its end. */
	printf("%8s  %8s  %8u  %6u  %s%s%s%s%s\n",
	       t->wall_ns ? num_format_time(wall, t->wall_ns) : "-",
	       num_format_size(peak, t->mem_peak_bytes), t->attempts, t->bad, rate, t->test,
	       keys ? "  [" : "", keys ? shown_key(t->key) : "", keys ? "]" : "");
}

void history_tell_tests(const struct history_test *tests, size_t n, bool rates)
{
	bool keys = false;

	for (size_t i = 1; i < n; i++)
		keys |= !str_eq(tests[i].key, tests[0].key);
	printf("%8s  %8s  %8s  %6s  %s%s%s\n", "TIME", "PEAK", "ATTEMPTS", "FAILED",
	       rates ? "   RATE  95 % SURE    " : "", "TEST", keys ? "  [KEY]" : "");
	for (size_t i = 0; i < n; i++)
		print_test(&tests[i], rates, keys);
}

static void print_change(const struct history_change *c)
{
	char before[NUM_TEXT];
	char since[NUM_TEXT];

	printf("  %s%s%s%s: ", c->test, *c->key ? " [" : "", c->key, *c->key ? "]" : "");
	if (c->kind == HISTORY_FAILS)
		printf("%s%s\n", outcome_name(c->outcome),
		       c->is_new ? ", and was not there before" : ", passed before");
	else if (c->kind == HISTORY_SLOWER)
		printf("%s instead of %s (%+.0f %%, %u attempts and %u before)\n",
		       num_format_time(since, c->since), num_format_time(before, c->before),
		       percent_more(c->since, c->before), c->n_since, c->n_before);
	else
		printf("%s instead of %s (%+.0f %%, %u attempts and %u before)\n",
		       num_format_size(since, (uint64_t)c->since),
		       num_format_size(before, (uint64_t)c->before),
		       percent_more(c->since, c->before), c->n_since, c->n_before);
}

void history_tell_changes(const char *run, size_t n_since, const struct history_change *changes,
			  size_t n)
{
	static const char *const titles[] = {
		[HISTORY_FAILS] = "fail now",
		[HISTORY_SLOWER] = "slower",
		[HISTORY_LARGER] = "larger",
	};

	for (size_t i = 0; i < n; i++) {
		if (i == 0 || changes[i].kind != changes[i - 1].kind)
			printf("%s\n", titles[changes[i].kind]);
		print_change(&changes[i]);
	}
	if (n == 0)
		printf("nothing became worse since %s: %zu attempt%s\n", run, n_since,
		       n_since == 1 ? "" : "s");
}

void history_tell_runs(const char *state_dir, const struct history_run *runs, size_t n)
{
	char when[TIME_ISO];

	printf("%-20s  %6s  %6s  %8s  %-27s  %s\n", "BEGAN", "TESTS", "FAILED", "ATTEMPTS", "RUN",
	       "COMMAND");
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *command = rundir_command(state_dir, runs[i].run);

		printf("%-20s  %6u  %6u  %8u  %-27s  %s\n",
		       time_format_iso(when, runs[i].began_wall_ns), runs[i].tests, runs[i].bad,
		       runs[i].attempts, runs[i].run, command ? command : "-");
	}
}
