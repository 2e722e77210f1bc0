/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/opt.h"

#include <errno.h>
#include <limits.h>

#include "base/num.h"
#include "planner/budget.h"

int opt_reject(const struct opt *o, const char *value, const char *what, struct iso_err *err)
{
	return iso_err_set(err, ISO_ERR_USAGE, 0, "option '--%s': '%s' is not %s", o->name, value,
			   what);
}

int opt_flag(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	(void)o, (void)value, (void)err;
	*(bool *)field = true;
	return 0;
}

int opt_size(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	if (num_parse_size(value, field) < 0)
		return opt_reject(o, value, "a size such as 512M or 1.5G", err);
	return 0;
}

int opt_budget(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	uint64_t bytes;

	if (num_parse_size(value, &bytes) < 0 || bytes < BUDGET_MIN_BYTES)
		return opt_reject(o, value, "16M or more, such as 6G", err);
	*(uint64_t *)field = bytes;
	return 0;
}

int opt_count(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	unsigned n;

	if (num_parse_uint(value, &n) < 0 || n == 0)
		return opt_reject(o, value, "a number from 1 up", err);
	*(unsigned *)field = n;
	return 0;
}

int opt_number(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	unsigned n;

	if (num_parse_uint(value, &n) < 0 || n > INT_MAX)
		return opt_reject(o, value, "a number from 0 up", err);
	*(int *)field = (int)n;
	return 0;
}

int opt_string(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	if (!*value)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "option '--%s': the argument is empty",
				   o->name);
	*(const char **)field = value;
	return 0;
}

int opt_time(const struct opt *o, const char *value, void *field, struct iso_err *err)
{
	int64_t ns;

	if (num_parse_time(value, &ns) < 0 || ns <= 0)
		return opt_reject(o, value, "a time such as 90s or 10m", err);
	*(int64_t *)field = ns;
	return 0;
}
