/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/meminfo.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/num.h"
#include "base/str.h"

static bool is_one_of(const char *name, const char *const *names)
{
	while (*names && !str_eq(*names, name))
		names++;
	return *names;
}

/* Less is free than there is: programs take that for granted (libuv's tests assert it), and
 * whoever reads this takes some itself. */
enum { USED_KIB = 1024 };

static uint64_t value_of(const char *name, uint64_t kib)
{
	if (is_one_of(name, (const char *const[]){ "MemTotal", "CommitLimit", NULL }))
		return kib;
	if (is_one_of(name, (const char *const[]){ "MemFree", "MemAvailable", NULL }))
		return kib > 2 * USED_KIB ? kib - USED_KIB : kib / 2;
	return 0;
}

static bool is_property(const char *name)
{
	return is_one_of(name, (const char *const[]){ "Hugepagesize", "VmallocTotal", NULL }) ||
	       str_starts(name, "DirectMap");
}

static uint64_t host_total_kib(const char *host)
{
	uint64_t kib;
	char digits[NUM_TEXT] = "";

	if (!str_starts(host, "MemTotal:"))
		return UINT64_MAX;
	host += strcspn(host, "0123456789\n");
	const size_t len = strspn(host, "0123456789");
	if (len >= sizeof(digits))
		return UINT64_MAX;
	memcpy(digits, host, len);
	return num_parse_u64(digits, &kib) < 0 ? UINT64_MAX : kib;
}

static void add_line(struct buf *b, const char *line, size_t len, uint64_t kib)
{
	char name[32] = "";
	const size_t name_len = strcspn(line, ":");

	if (name_len >= sizeof(name) - 1 || name_len >= len)
		return;
	memcpy(name, line, name_len);
	if (is_property(name)) {
		buf_add(b, line, len);
		return;
	}
	const uint64_t value = value_of(name, kib);
	const char *unit = memmem(line, len, " kB", 3) ? " kB" : "";
	name[name_len] = ':';
	buf_addf(b, "%-15s %8" PRIu64 "%s\n", name, value, unit);
}

void meminfo_shown(const char *host, uint64_t bytes, struct buf *ret)
{
	const uint64_t total_kib = host_total_kib(host);
	const uint64_t kib = bytes / 1024 < total_kib ? bytes / 1024 : total_kib;

	for (const char *end; (end = strchr(host, '\n')); host = end + 1)
		add_line(ret, host, (size_t)(end + 1 - host), kib);
}
