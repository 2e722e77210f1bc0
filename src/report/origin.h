/* SPDX-License-Identifier: Apache-2.0 */
/* report/origin.h - where a test was stated, as "FILE" or "FILE:LINE": the two apart. */
#ifndef REPORT_ORIGIN_H
#define REPORT_ORIGIN_H

#include <stddef.h>

struct origin {
	const char *path;  /* borrowed, not terminated; below `dir` it is from there */
	size_t path_len;   /* 0: it names no file */
	unsigned line;     /* 0: none */
};

/* Standard input is no file. */
struct origin origin_split(const char *text, const char *dir);

#endif
