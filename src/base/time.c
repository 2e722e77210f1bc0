/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <time.h>

static int64_t now_ns(clockid_t clock)
{
	struct timespec ts = { 0 };
	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

int64_t time_now_ns(void)
{
	return now_ns(CLOCK_MONOTONIC);
}

int64_t time_wall_ns(void)
{
	return now_ns(CLOCK_REALTIME);
}

const char *time_format_iso(char text[TIME_ISO], int64_t wall_ns)
{
	/* Down, also before 1970, where division rounds up. */
	time_t seconds = wall_ns / NSEC_PER_SEC - (wall_ns % NSEC_PER_SEC < 0);
	struct tm tm = { 0 };
	gmtime_r(&seconds, &tm);
	strftime(text, TIME_ISO, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text;
}
