/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/plan_recall.h"

#include <fcntl.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/suite_sinks.h"

enum {
	TAIL_MAX = 4096, /* the last line of a log has no strings in it */

	/* Launch and end of /bin/true in a suite, on two cpus of which one is free, and
	 * how much weight that has beside attempts that were measured. */
	ELSEWHERE_NS = 2200 * 1000,
	ELSEWHERE_CPU_NS = 1800 * 1000,
	ELSEWHERE_ATTEMPTS = 10,
};

/* The last line of the newest run's log; NULL: there is none that can be read. */
static struct json *last_event(const char *state_dir)
{
	_cleanup_buf_ struct buf path = BUF_INIT;
	char tail[TAIL_MAX + 1];

	buf_addf(&path, "%s/runs/last/%s", state_dir, RUN_EVENTLOG);
	_cleanup_close_ int fd = open(buf_str(&path), O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return NULL;
	const off_t size = lseek(fd, 0, SEEK_END);
	ssize_t n = pread(fd, tail, TAIL_MAX, size > TAIL_MAX ? size - TAIL_MAX : 0);
	if (n <= 1)
		return NULL;
	n -= tail[n - 1] == '\n';
	tail[n] = '\0';
	const char *begin = strrchr(tail, '\n');
	begin = begin ? begin + 1 : tail;
	struct json *event = NULL;
	if (json_parse(begin, strlen(begin), "log", &event, NULL) < 0)
		return NULL;
	return event;
}

struct own {
	int64_t attempts;
	int64_t ns;
	int64_t cpu_ns;
	int64_t tests_ns;
	int64_t wall_ns;
};

static bool is_time(int64_t ns)
{
	return ns >= 0 && ns < INT64_MAX / 4;
}

static bool read_own(const struct json *event, struct own *ret)
{
	return str_eq(json_get_str(event, "event"), "run-finished") &&
	       json_get_int(event, "own_attempts", &ret->attempts) &&
	       json_get_int(event, "own_ns", &ret->ns) &&
	       json_get_int(event, "own_cpu_ns", &ret->cpu_ns) &&
	       json_get_int(event, "sum_ns", &ret->tests_ns) &&
	       json_get_int(event, "wall_ns", &ret->wall_ns) && ret->attempts > 0 &&
	       ret->attempts < UINT32_MAX && is_time(ret->ns) && is_time(ret->cpu_ns) &&
	       is_time(ret->tests_ns) && ret->wall_ns > 0;
}

/* As many at once as were in that run took so long.  Fewer of them are less in
 * each other's way; that more of them are more so the simulator sees itself. */
static int64_t for_jobs(const struct own *own, unsigned jobs)
{
	const double width = (double)(own->ns + own->tests_ns) / (double)own->wall_ns;
	const double ns = (double)own->ns;
	const double least_ns = 1.2 * (double)own->cpu_ns;
	const double fewer_ns = width > jobs ? ns * jobs / width : ns;
	const double most_ns = fewer_ns > least_ns ? fewer_ns : least_ns;

	return (int64_t)(most_ns < ns ? most_ns : ns);
}

void plan_recall_own(const char *state_dir, struct plan_sim_options *o)
{
	struct json *event = last_event(state_dir);
	struct own own = { 0 };
	int64_t ns = 0;

	if (event && read_own(event, &own))
		ns = for_jobs(&own, o->limits.jobs);
	else
		own = (struct own){ 0 };
	json_free(event);
	const int64_t n = own.attempts + ELSEWHERE_ATTEMPTS;
	o->own_ns = (ns + (int64_t)ELSEWHERE_ATTEMPTS * ELSEWHERE_NS) / n;
	o->own_cpu_ns = (own.cpu_ns + (int64_t)ELSEWHERE_ATTEMPTS * ELSEWHERE_CPU_NS) / n;
}
