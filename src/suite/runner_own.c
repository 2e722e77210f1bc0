/* SPDX-License-Identifier: Apache-2.0 */
/* What a run takes beside its tests: later plans count with it. */
#include "suite/runner_state.h"

#include <sys/resource.h>

#include "base/time.h"

static int64_t cpu_ns_of(int who)
{
	struct rusage u;

	if (getrusage(who, &u) < 0)
		return 0;
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * NSEC_PER_SEC +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * NSEC_PER_USEC;
}

int64_t run_own_cpu_ns(void)
{
	return cpu_ns_of(RUSAGE_SELF) + cpu_ns_of(RUSAGE_CHILDREN);
}

void run_own_add(struct run_test *t, const struct result *res, int64_t ended_ns)
{
	struct runner *r = t->run;
	const struct usage *u = &res->usage;
	const int64_t others_ns = t->begun_ns + u->waited_ns + u->wall_ns;
	const int64_t own_ns = time_now_ns() - others_ns;

	if (!res->started)
		return;
	r->own.attempts++;
	r->own.ns += own_ns > 0 ? own_ns : 0;
	r->own.launch_ns += ended_ns > others_ns ? ended_ns - others_ns : 0;
	r->own.tests_cpu_ns += u->user_ns + u->system_ns;
}

int64_t run_own_launch_ns(const struct runner *r)
{
	/* On a machine with two cpus, one of them free; and what weight that has. */
	enum { ELSEWHERE_NS = 2200 * 1000, ELSEWHERE_ATTEMPTS = 4 };

	return (r->own.launch_ns + (int64_t)ELSEWHERE_NS * ELSEWHERE_ATTEMPTS) /
	       (r->own.attempts + ELSEWHERE_ATTEMPTS);
}
