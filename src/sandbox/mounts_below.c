/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"

enum { MOUNTINFO_MAX = 16 << 20, POINT_FIELD = 4 };

/* "\040" is a blank, as proc(5) has it; in place. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++)
		if (*s == '\\' && strspn(s + 1, "01234567") >= 3) {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	*to = '\0';
}

/* The mount point of a line of mountinfo, cut out of it; NULL: none. */
static char *point_of(char *line)
{
	for (int i = 0; line && i < POINT_FIELD; i++) {
		line = strchr(line, ' ');
		line = line ? line + 1 : NULL;
	}
	if (!line)
		return NULL;
	line[strcspn(line, " ")] = '\0';
	unescape(line);
	return line;
}

static int by_length(const void *a, const void *b)
{
	size_t x = strlen(*(char *const *)a);
	size_t y = strlen(*(char *const *)b);

	return (x > y) - (x < y);
}

static int add_point(char ***list, const char *dir, const char *point)
{
	/* What cannot be reached is covered by another mount. */
	if (!point || str_eq(point, dir) || !path_is_below(point, dir) ||
	    strv_has(*list, point) || (access(point, F_OK) < 0 && plan_is_missing()))
		return 0;
	return strv_add(list, point);
}

int sbx_mounts_below(const char *dir, char ***ret, struct iso_err *err)
{
	_cleanup_strv_ char **list = NULL;
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = fs_read("/proc/self/mountinfo", MOUNTINFO_MAX, &text, &len);

	/* Without a /proc no mount is known, and the overlay itself fails. */
	if (r == -ENOENT) {
		*ret = NULL;
		return 0;
	}
	for (char *line = text; r == 0 && line;) {
		char *end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		r = add_point(&list, dir, point_of(line));
		line = end;
	}
	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "read the mounts below '%s'", dir);
	if (list)
		qsort(list, strv_len(list), sizeof(*list), by_length);
	*ret = TAKE_PTR(list);
	return 0;
}
