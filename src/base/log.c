/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#define LINE_MAX_BYTES 1024

static void (*log_sink)(const char *line, void *arg);
static void *log_arg;

void log_set_sink(void (*sink)(const char *line, void *arg), void *arg)
{
	log_sink = sink;
	log_arg = arg;
}

bool log_enabled(void)
{
	return log_sink != NULL;
}

void log_debug(const char *fmt, ...)
{
	if (!log_sink)
		return;
	char line[LINE_MAX_BYTES];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n >= 0)
		log_sink(line, log_arg);
}
