/* SPDX-License-Identifier: Apache-2.0 */
#include "report/origin.h"

#include <string.h>

#include "base/num.h"
#include "base/str.h"

struct origin origin_split(const char *text, const char *dir)
{
	const char *colon = strrchr(text, ':');
	const size_t dir_len = strlen(dir);
	struct origin o = { .path = text, .path_len = strlen(text) };

	if (colon && num_parse_uint(colon + 1, &o.line) == 0)
		o.path_len = (size_t)(colon - text);
	else
		o.line = 0;
	if (o.path_len == strlen("stdin") && str_starts(text, "stdin"))
		o.path_len = 0;
	if (dir_len > 1 && o.path_len > dir_len + 1 && str_starts(text, dir) &&
	    text[dir_len] == '/') {
		o.path += dir_len + 1;
		o.path_len -= dir_len + 1;
	}
	return o;
}
