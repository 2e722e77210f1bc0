/* SPDX-License-Identifier: Apache-2.0 */
/* base/arena.h - many small things that die together. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);          /* NULL when out of memory */
void arena_free(struct arena *a);       /* accepts NULL */
void *arena_alloc(struct arena *a, size_t size); /* zeroed; NULL when out of memory */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
