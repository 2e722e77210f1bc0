/* SPDX-License-Identifier: Apache-2.0 */
/* plan TESTS CPUS BUDGET: how long it takes to simulate a run of so many tests
 * of mixed sizes, with every kind of demand that binds, and in how much memory. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/num.h"
#include "base/time.h"
#include "planner/simulate.h"

#define MIB (UINT64_C(1) << 20)

static uint64_t state = 1;

/* splitmix64 */
static uint64_t draw(uint64_t below)
{
	uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

/* Many small, few large: 2^0 to 2^bits of the unit. */
static uint64_t skewed(uint64_t unit, unsigned bits)
{
	const uint64_t most = unit << draw(bits + 1);
	return most / 2 + draw(most / 2 + 1);
}

static char name[] = "database";
static char *few[] = { name, NULL };

static void make(struct plan_sim_test *tests, size_t n, bool locks)
{
	for (size_t i = 0; i < n; i++) {
		struct plan_sim_test *t = &tests[i];
		t->wall_ns = (int64_t)skewed(10 * NSEC_PER_MSEC, 12);
		t->item.expected_ns = t->wall_ns;
		t->item.demand.mem_bytes = skewed(8 * MIB, 11);
		t->item.demand.mem_origin = DEMAND_HISTORY;
		t->item.demand.cpus_milli = (uint32_t)(50 + draw(1500));
		t->item.demand.locks = locks && i % 1000 == 0 ? few : NULL;
		t->family = PLAN_NO_FAMILY;
	}
}

static double cpu_secs(const struct rusage *u)
{
	return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
	       (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

static int bench(const char *what, struct plan_sim_test *tests, size_t n,
		 const struct plan_sim_options *o)
{
	struct schedule s = { 0 };
	struct rusage before;
	struct rusage used;
	char wall[NUM_TEXT];
	const int64_t begin_ns = time_now_ns();
	getrusage(RUSAGE_SELF, &before);
	if (plan_simulate(tests, n, o, &s) < 0) {
		fprintf(stderr, "out of memory\n");
		return 1;
	}
	const double secs = (double)(time_now_ns() - begin_ns) / 1e9;
	getrusage(RUSAGE_SELF, &used);
	/* On a busy machine the wall says more of the others. */
	printf("%-30s %6.2f s, %5.2f s of cpu, %4ld MiB so far; makespan %s, width %zu\n", what,
	       secs, cpu_secs(&used) - cpu_secs(&before), used.ru_maxrss / 1024,
	       num_format_time(wall, s.end_ns), schedule_width(&s));
	schedule_fini(&s);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t n;
	uint64_t budget;
	unsigned cpus;
	if (argc != 4 || num_parse_u64(argv[1], &n) < 0 || num_parse_uint(argv[2], &cpus) < 0 ||
	    num_parse_size(argv[3], &budget) < 0) {
		fprintf(stderr, "usage: plan TESTS CPUS BUDGET\n");
		return 2;
	}
	struct plan_sim_test *tests = calloc(n, sizeof(*tests));
	struct plan_sim_options o = {
		.limits = { .budget_bytes = budget, .jobs = 4 * cpus, .cpus = cpus },
	};
	if (!tests)
		return 1;
	make(tests, n, false);
	int r = bench("cpus bind", tests, n, &o);
	o.limits.budget_bytes = budget / 4;
	r |= bench("memory binds (a quarter of it)", tests, n, &o);
	o.limits.budget_bytes = budget / 2;
	r |= bench("both bind (half of it)", tests, n, &o);
	o.limits.budget_bytes = budget;
	make(tests, n, true);
	r |= bench("cpus bind, and a lock", tests, n, &o);
	for (size_t i = 0; i < n; i++)
		tests[i].item.demand.cpus_milli = 0;
	r |= bench("needs of cpus are not known", tests, n, &o);
	make(tests, n, false);
	for (size_t i = 0; i < n; i += 4)
		if (tests[i].item.demand.mem_bytes >= 16 * MIB) /* others do not grow */
			tests[i].mem_bytes = 2 * tests[i].item.demand.mem_bytes;
	o.grows = true;
	r |= bench("each fourth grows", tests, n, &o);
	free(tests);
	return r;
}
