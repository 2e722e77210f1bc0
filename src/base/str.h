/* SPDX-License-Identifier: Apache-2.0 */
/* base/str.h - string questions, NULL-terminated string lists, "did you mean". */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

bool str_eq(const char *a, const char *b);                /* NULL equals only NULL */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
char *str_trim(char *s); /* in place: returns the first non-blank, cuts the tail */

/* Lists: NULL-terminated arrays of heap strings.  NULL is the empty list. */
size_t strv_len(char *const *v);
bool strv_has(char *const *v, const char *s);
int strv_add(char ***v, const char *s);                   /* copies; 0 or -ENOMEM */
int strv_addf(char ***v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int strv_copy(char *const *v, char ***ret);
void strv_free(char **v);

/* Splits at any of `seps`, empty pieces dropped; 0 or -ENOMEM. */
int strv_split(const char *s, const char *seps, char ***ret);

/* Splits one line into words as a shell would: blanks separate, '...', "..."
 * and backslash quote, # does not start a comment.  -EINVAL: open quote. */
int strv_split_quoted(const char *line, char ***ret);

static inline void cleanup_strv(char ***v)
{
	strv_free(*v);
}
#define _cleanup_strv_ __attribute__((cleanup(cleanup_strv)))

/* The nearest of `n` names to `word` by edit distance, or NULL when none is
 * near enough to be a slip of the fingers.  `name_at` yields name i. */
const char *str_nearest(const char *word, size_t n,
			const char *(*name_at)(size_t i, const void *arg), const void *arg);

/* Appends `s` quoted for a POSIX shell to a heap string; NULL when out of memory. */
char *str_shell_quote(const char *s);
/* A whole command, quoted and joined by blanks; the caller frees. */
char *str_shell_join(char *const *argv);

/* ret_first[i]: the index of the first of the n strings that equals v[i], where NULL
 * is "".  0 or -ENOMEM. */
int str_first_equal(const char *const *v, size_t n, size_t *ret_first);

#endif
