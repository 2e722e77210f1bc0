/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/budget.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

#define MIB (UINT64_C(1) << 20)

#define RESERVE_MIN (64 * MIB)
#define RESERVE_MAX (1024 * MIB)
#define SHARE_MIN   (64 * MIB)

static uint64_t clamp_u64(uint64_t v, uint64_t low, uint64_t high)
{
	return v < low ? low : v > high ? high : v;
}

static uint64_t less_reserve(const struct budget_bound *bound)
{
	if (bound->stated)
		return bound->bytes;
	const uint64_t reserve = clamp_u64(bound->bytes / 20, RESERVE_MIN, RESERVE_MAX);
	return bound->bytes > reserve ? bound->bytes - reserve : 0;
}

void budget_choose(const struct budget_bound *bounds, size_t n, struct budget *ret)
{
	const struct budget_bound *least = NULL;
	for (size_t i = 0; i < n; i++)
		if (!least || less_reserve(&bounds[i]) < less_reserve(least))
			least = &bounds[i];
	*ret = (struct budget){ .bytes = least ? less_reserve(least) : 0 };
	if (ret->bytes < BUDGET_MIN_BYTES)
		ret->bytes = BUDGET_MIN_BYTES;
	(void)snprintf(ret->from, sizeof(ret->from), "%s", least ? least->from : "no known bound");
}

int budget_parse_available(const char *meminfo, uint64_t *ret_bytes)
{
	static const char key[] = "MemAvailable:";
	const char *line = strstr(meminfo, key);
	if (!line || (line != meminfo && line[-1] != '\n'))
		return -EINVAL;
	line += sizeof(key) - 1;
	line += strspn(line, " \t");
	char digits[NUM_TEXT];
	const size_t len = strspn(line, "0123456789");
	if (len >= sizeof(digits) || strncmp(line + len, " kB", 3) != 0)
		return -EINVAL;
	memcpy(digits, line, len);
	digits[len] = '\0';
	uint64_t kib;
	const int r = num_parse_u64(digits, &kib);
	if (r < 0)
		return r;
	if (kib > UINT64_MAX / 1024)
		return -ERANGE;
	*ret_bytes = kib * 1024;
	return 0;
}

int budget_available(const char *meminfo, uint64_t ours_bytes, struct budget_bound *ret)
{
	uint64_t bytes;
	const int r = budget_parse_available(meminfo, &bytes);
	if (r < 0)
		return r;
	*ret = (struct budget_bound){
		.bytes = ours_bytes > UINT64_MAX - bytes ? UINT64_MAX : bytes + ours_bytes,
		.from = "available memory",
	};
	return 0;
}

uint64_t budget_default_share(uint64_t budget_bytes, unsigned jobs, unsigned cpus)
{
	const uint64_t ways = jobs ? jobs : UINT64_C(4) * (cpus ? cpus : 1);
	const uint64_t share = budget_bytes / ways;
	if (budget_bytes <= SHARE_MIN)
		return budget_bytes;
	return share < SHARE_MIN ? SHARE_MIN : share;
}
