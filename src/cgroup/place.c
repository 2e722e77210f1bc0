/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/cgroup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cgroup/driver.h"

void cg_place_fini(struct cg_place *p)
{
	free(p->memory_dir);
	free(p->pids_dir);
	free(p->above_dir);
	free(p->self);
	free(p->why_none);
	*p = (struct cg_place){ .version = CG_NONE };
}

/* A value of several lines is written as several lines of the same key. */
static void add_field(struct buf *b, const char *key, const char *value)
{
	while (value) {
		const char *end = strchr(value, '\n');
		buf_adds(b, key);
		buf_addc(b, ' ');
		buf_add(b, value, end ? (size_t)(end - value) : strlen(value));
		buf_addc(b, '\n');
		value = end ? end + 1 : NULL;
	}
}

int cg_place_to_text(const struct cg_place *p, struct buf *b)
{
	add_field(b, "version", cg_driver_of(p->version)->name);
	add_field(b, "memory_dir", p->memory_dir);
	add_field(b, "pids_dir", p->pids_dir);
	add_field(b, "above_dir", p->above_dir);
	add_field(b, "self", p->self);
	add_field(b, "why_none", p->why_none);
	return b->error;
}

static int parse_version(const char *name, size_t len, enum cg_version *ret)
{
	for (int i = 0; i < CG_VERSION_COUNT; i++) {
		const char *known = cg_driver_of((enum cg_version)i)->name;
		if (strlen(known) == len && memcmp(known, name, len) == 0) {
			*ret = (enum cg_version)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int extend_field(char **field, const char *value, size_t len)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	if (*field) {
		buf_adds(&b, *field);
		buf_addc(&b, '\n');
	}
	buf_add(&b, value, len);
	char *text;
	int r = buf_finish(&b, &text);
	if (r < 0)
		return r;
	free(*field);
	*field = text;
	return 0;
}

static int parse_line(const char *line, size_t len, struct cg_place *p)
{
	const struct {
		const char *key;
		char **field;
	} fields[] = {
		{ "memory_dir", &p->memory_dir }, { "pids_dir", &p->pids_dir },
		{ "above_dir", &p->above_dir },   { "self", &p->self },
		{ "why_none", &p->why_none },
	};
	const char *blank = memchr(line, ' ', len);
	if (!blank)
		return -EINVAL;
	size_t key_len = (size_t)(blank - line);
	const char *value = blank + 1;
	size_t value_len = len - key_len - 1;
	if (key_len == strlen("version") && memcmp(line, "version", key_len) == 0)
		return parse_version(value, value_len, &p->version);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (key_len == strlen(fields[i].key) && memcmp(line, fields[i].key, key_len) == 0)
			return extend_field(fields[i].field, value, value_len);
	return -EINVAL;
}

int cg_place_from_text(const char *text, struct cg_place *ret)
{
	struct cg_place p = { .version = CG_VERSION_COUNT };
	int r = 0;
	while (r == 0 && *text) {
		const char *end = strchr(text, '\n');
		size_t len = end ? (size_t)(end - text) : strlen(text);
		r = parse_line(text, len, &p);
		text += len + (end ? 1 : 0);
	}
	/* cg_open trusts that a version has its directories. */
	if (r == 0 && (p.version == CG_VERSION_COUNT || (p.version != CG_NONE && !p.memory_dir)))
		r = -EINVAL;
	if (r < 0) {
		cg_place_fini(&p);
		return r;
	}
	*ret = p;
	return 0;
}

/* ".../isorun/PID-START-NUMBER" */
bool cg_place_is_nested(const struct cg_place *p)
{
	static const char ours[] = "/" CG_GROUP_NAME;
	const size_t n = strlen(ours);
	const char *leaf = p->above_dir ? strrchr(p->above_dir, '/') : NULL;

	return leaf && (size_t)(leaf - p->above_dir) >= n && strncmp(leaf - n, ours, n) == 0 &&
	       leaf[1] >= '0' && leaf[1] <= '9' && !leaf[1 + strspn(leaf + 1, "0123456789-")];
}
