/* SPDX-License-Identifier: Apache-2.0 */
/* base/log.h - what a developer wants to see with ISORUN_DEBUG=1; users never depend on it. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/* The sink is set by cli/ (a library has no voice of its own, STYLE G6);
 * without one nothing is written. */
void log_set_sink(void (*sink)(const char *line, void *arg), void *arg);
bool log_enabled(void);
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
