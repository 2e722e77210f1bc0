/* SPDX-License-Identifier: Apache-2.0 */
/* base/time.h - clocks. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdint.h>

#define NSEC_PER_SEC  INT64_C(1000000000)
#define NSEC_PER_MSEC INT64_C(1000000)
#define NSEC_PER_USEC INT64_C(1000)

int64_t time_now_ns(void);   /* CLOCK_MONOTONIC */
int64_t time_wall_ns(void);  /* CLOCK_REALTIME, since the epoch */

/* "2026-11-21T10:18:00Z" for JUnit and JSON, UTC. */
#define TIME_ISO 32
const char *time_format_iso(char text[TIME_ISO], int64_t wall_ns);

#endif
