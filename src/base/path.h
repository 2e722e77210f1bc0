/* SPDX-License-Identifier: Apache-2.0 */
/* base/path.h - path arithmetic, without looking at the disk unless said. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>

char *path_join(const char *dir, const char *name); /* heap; an absolute name wins */
const char *path_base(const char *path);            /* borrows: what follows the last '/' */
char *path_dir(const char *path);                   /* heap */
bool path_is_below(const char *path, const char *dir); /* or equal; both clean */
char *path_clean(const char *path);                 /* heap: no //, /., /.. ; purely textual */
int path_absolute(const char *path, char **ret);    /* cleaned, relative to the working directory */
int path_real(const char *path, char **ret);        /* realpath(3): asks the disk */

/* Whether a glob(7) pattern names the relative path.  One without a slash is
 * matched against the last part.  One with slashes is matched part by part, and
 * its part "**" stands for any number of parts; a leading slash changes nothing
 * but that. */
bool path_matches(const char *glob, const char *path);
/* The files a program name stands for, in the order of execvp(3): the name
 * itself when it is empty or holds a '/', else one per PATH directory.  Heap
 * list. */
int path_candidates(const char *name, const char *path_env, char ***ret);

#endif
