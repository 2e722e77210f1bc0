/* SPDX-License-Identifier: Apache-2.0 */
#include "model/spec_value.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/str.h"
#include "base/time.h"

enum { MEMORY_MIN_BYTES = 1 << 20 };

static const char *const tree_names[] = {
	[SPEC_TREE_SHARED] = "shared",
	[SPEC_TREE_OVERLAY] = "overlay",
	[SPEC_TREE_READONLY] = "readonly",
};
static_assert(ARRAY_SIZE(tree_names) == SPEC_TREE_COUNT, "every tree mode has a name");

static const char *const dev_names[] = {
	[SPEC_DEV_SHARED] = "shared",
	[SPEC_DEV_MINIMAL] = "minimal",
};
static_assert(ARRAY_SIZE(dev_names) == SPEC_DEV_COUNT, "every kind of /dev has a name");

static const char *const scratch_names[] = {
	[SPEC_SCRATCH_AUTO] = "auto",
	[SPEC_SCRATCH_MEMORY] = "memory",
	[SPEC_SCRATCH_DISK] = "disk",
};
static_assert(ARRAY_SIZE(scratch_names) == SPEC_SCRATCH_COUNT, "every kind of scratch has a name");

static const char *const meminfo_names[] = {
	[SPEC_MEMINFO_OWN] = "own",
	[SPEC_MEMINFO_HOST] = "host",
};
static_assert(ARRAY_SIZE(meminfo_names) == SPEC_MEMINFO_COUNT, "every /proc/meminfo has a name");

static const char *const net_names[] = {
	[SPEC_NET_LOOPBACK] = "loopback",
	[SPEC_NET_NONE] = "none",
	[SPEC_NET_HOST] = "host",
	[SPEC_NET_NAT] = "nat",
};
static_assert(ARRAY_SIZE(net_names) == SPEC_NET_COUNT, "every network mode has a name");

/* The field that the row's offset names; the row's kind vouches for the type. */
#define FIELD(s, row, type) ((type *)(void *)((char *)(s) + (row)->offset))
#define CONST_FIELD(s, row, type) ((const type *)(const void *)((const char *)(s) + (row)->offset))

static const char *name_at(size_t i, const void *names)
{
	return ((const char *const *)names)[i];
}

int spec_index(const char *word, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(word, names[i]))
			return (int)i;
	return -1;
}

int spec_no_memory(const struct spec_entry *e)
{
	return iso_err_set(e->err, ISO_ERR_HOST, ENOMEM, "%s: %s", e->where, e->row->key.key);
}

int spec_refuse(const struct spec_entry *e, const char *word, const char *why, ...)
{
	char text[256]; /* cut when a value is absurdly long: the place still leads to it */
	va_list ap;

	va_start(ap, why);
	vsnprintf(text, sizeof(text), why, ap);
	va_end(ap);
	iso_err_set(e->err, ISO_ERR_USAGE, 0, "%s: %s '%.160s': %s", e->where, e->row->key.key,
		    word, text);
	return -EINVAL;
}

int spec_refuse_name(const struct spec_entry *e, const char *word, const char *const *names,
		     size_t n)
{
	const char *near = str_nearest(word, n, name_at, names);

	spec_refuse(e, word, "expected %s", e->row->key.values);
	if (near)
		iso_err_hint(e->err, "did you mean '%s'?", near);
	return -EINVAL;
}

static int refuse_number(const struct spec_entry *e, int code, const char *what)
{
	if (code == -ERANGE)
		return spec_refuse(e, e->value, "does not fit");
	return spec_refuse(e, e->value, "expected %s%s%s", what, e->row->zero ? ", or " : "",
			   e->row->zero ? e->row->zero : "");
}

static bool is_zero_word(const struct spec_entry *e)
{
	return e->row->zero && str_eq(e->value, e->row->zero);
}

/* Writes the short form when it says the same, and the exact one otherwise. */
static void put_size(struct buf *b, uint64_t bytes)
{
	char text[NUM_TEXT];
	uint64_t again;

	num_format_size(text, bytes);
	if (num_parse_size(text, &again) == 0 && again == bytes)
		buf_adds(b, text);
	else
		buf_addf(b, "%llu", (unsigned long long)bytes);
}

static void put_time(struct buf *b, int64_t ns)
{
	char text[NUM_TEXT];
	int64_t again;

	num_format_time(text, ns);
	if (num_parse_time(text, &again) == 0 && again == ns)
		buf_adds(b, text);
	else
		buf_addf(b, "%lld.%09llds", (long long)(ns / NSEC_PER_SEC),
			 (long long)(ns % NSEC_PER_SEC));
}

int spec_set_bool(const struct spec_entry *e)
{
	static const char *const names[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };
	const int i = spec_index(e->value, names, ARRAY_SIZE(names));

	if (i < 0)
		return spec_refuse_name(e, e->value, names, ARRAY_SIZE(names));
	*FIELD(e->spec, e->row, bool) = i % 2;
	return 0;
}

void spec_get_bool(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	buf_adds(b, *CONST_FIELD(s, row, bool) ? "yes" : "no");
}

int spec_set_size(const struct spec_entry *e)
{
	uint64_t bytes = 0;
	const int r = is_zero_word(e) ? 0 : num_parse_size(e->value, &bytes);

	if (r < 0 || (!bytes && !is_zero_word(e)))
		return refuse_number(e, r, "a size above 0, such as 512M or 1.5G");
	/* Most often a number without its unit; no program starts in so little. */
	if (bytes && bytes < MEMORY_MIN_BYTES && str_eq(e->row->key.key, "memory"))
		return spec_refuse(e, e->value,
				   "less than 1M of memory; a number alone is in bytes");
	*FIELD(e->spec, e->row, uint64_t) = bytes;
	return 0;
}

void spec_get_size(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	const uint64_t bytes = *CONST_FIELD(s, row, uint64_t);

	if (!bytes && row->zero)
		buf_adds(b, row->zero);
	else
		put_size(b, bytes);
}

int spec_set_time(const struct spec_entry *e)
{
	int64_t ns = 0;
	const int r = is_zero_word(e) ? 0 : num_parse_time(e->value, &ns);

	/* Where a word means 0, the number is no way to say so: "timeout = 0"
	 * might as well mean at once. */
	if (r < 0 || (!ns && e->row->zero && !is_zero_word(e)))
		return refuse_number(e, r, "a time such as 90s or 1h30m");
	*FIELD(e->spec, e->row, int64_t) = ns;
	return 0;
}

void spec_get_time(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	const int64_t ns = *CONST_FIELD(s, row, int64_t);

	if (!ns && row->zero)
		buf_adds(b, row->zero);
	else
		put_time(b, ns);
}

int spec_set_count(const struct spec_entry *e)
{
	uint64_t n = 0;
	const int r = is_zero_word(e) ? 0 : num_parse_u64(e->value, &n);

	if (r < 0 || (!n && !is_zero_word(e)))
		return refuse_number(e, r, "a number above 0");
	*FIELD(e->spec, e->row, uint64_t) = n;
	return 0;
}

void spec_get_count(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	const uint64_t n = *CONST_FIELD(s, row, uint64_t);

	if (!n && row->zero)
		buf_adds(b, row->zero);
	else
		buf_addf(b, "%llu", (unsigned long long)n);
}

int spec_set_milli(const struct spec_entry *e)
{
	uint32_t milli = 0;
	const int r = is_zero_word(e) ? 0 : num_parse_milli(e->value, &milli);

	if (r < 0 || (!milli && !is_zero_word(e)))
		return refuse_number(e, r, "a number above 0, such as 2 or 0.5");
	*FIELD(e->spec, e->row, uint32_t) = milli;
	return 0;
}

void spec_get_milli(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	const uint32_t milli = *CONST_FIELD(s, row, uint32_t);

	if (!milli && row->zero)
		buf_adds(b, row->zero);
	else if (milli % 1000)
		buf_addf(b, "%u.%03u", milli / 1000, milli % 1000);
	else
		buf_addf(b, "%u", milli / 1000);
}

int spec_set_percent(const struct spec_entry *e)
{
	enum { WHOLE = 100 * 1000 };
	uint32_t milli = 0;
	int r = 0;

	if (!is_zero_word(e)) {
		const size_t len = strlen(e->value);
		_cleanup_free_ char *number = strndup(e->value, len ? len - 1 : 0);
		if (!number)
			return spec_no_memory(e);
		r = len && e->value[len - 1] == '%' ? num_parse_milli(number, &milli) : -EINVAL;
		if (r == 0 && milli > WHOLE)
			r = -EINVAL;
	}
	if (r < 0 || (!milli && !is_zero_word(e)))
		return refuse_number(e, r, "a percentage up to 100%, such as 5% or 0.1%");
	*FIELD(e->spec, e->row, uint32_t) = milli;
	return 0;
}

void spec_get_percent(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	const uint32_t milli = *CONST_FIELD(s, row, uint32_t);

	if (!milli)
		buf_adds(b, row->zero);
	else if (milli % 1000)
		buf_addf(b, "%u.%03u%%", milli / 1000, milli % 1000);
	else
		buf_addf(b, "%u%%", milli / 1000);
}

static int store_text(const struct spec_entry *e, const char *text)
{
	char **field = FIELD(e->spec, e->row, char *);
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		return spec_no_memory(e);
	free(*field);
	*field = copy;
	return 0;
}

int spec_set_phrase(const struct spec_entry *e)
{
	return store_text(e, e->value);
}

void spec_get_phrase(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	const char *text = *CONST_FIELD(s, row, char *);

	buf_adds(b, text ? text : "");
}

int spec_set_root(const struct spec_entry *e)
{
	static const enum spec_tree trees[] = { SPEC_TREE_SHARED, SPEC_TREE_READONLY };
	const char *const names[] = { tree_names[trees[0]], tree_names[trees[1]] };
	const int i = spec_index(e->value, names, ARRAY_SIZE(names));

	if (i < 0)
		return spec_refuse_name(e, e->value, names, ARRAY_SIZE(names));
	e->spec->root = trees[i];
	return 0;
}

void spec_get_root(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	(void)row;
	buf_adds(b, tree_names[s->root]);
}

int spec_set_dev(const struct spec_entry *e)
{
	const int i = spec_index(e->value, dev_names, ARRAY_SIZE(dev_names));

	if (i < 0)
		return spec_refuse_name(e, e->value, dev_names, ARRAY_SIZE(dev_names));
	e->spec->dev = (enum spec_dev)i;
	return 0;
}

void spec_get_dev(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	(void)row;
	buf_adds(b, dev_names[s->dev]);
}

int spec_set_scratch(const struct spec_entry *e)
{
	const int i = spec_index(e->value, scratch_names, ARRAY_SIZE(scratch_names));

	if (i < 0)
		return spec_refuse_name(e, e->value, scratch_names, ARRAY_SIZE(scratch_names));
	e->spec->scratch = (enum spec_scratch)i;
	return 0;
}

void spec_get_scratch(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	(void)row;
	buf_adds(b, scratch_names[s->scratch]);
}

int spec_set_meminfo(const struct spec_entry *e)
{
	const int i = spec_index(e->value, meminfo_names, ARRAY_SIZE(meminfo_names));

	if (i < 0)
		return spec_refuse_name(e, e->value, meminfo_names, ARRAY_SIZE(meminfo_names));
	e->spec->meminfo = (enum spec_meminfo)i;
	return 0;
}

void spec_get_meminfo(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	(void)row;
	buf_adds(b, meminfo_names[s->meminfo]);
}

int spec_set_workspace(const struct spec_entry *e)
{
	const bool open = is_zero_word(e);
	const int i = open ? SPEC_TREE_SHARED
			   : spec_index(e->value, tree_names, ARRAY_SIZE(tree_names));

	if (i < 0)
		return spec_refuse_name(e, e->value, tree_names, ARRAY_SIZE(tree_names));
	e->spec->workspace = (enum spec_tree)i;
	e->spec->workspace_set = !open;
	return 0;
}

void spec_get_workspace(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	buf_adds(b, s->workspace_set ? tree_names[s->workspace] : row->zero);
}

int spec_set_net(const struct spec_entry *e)
{
	const int i = spec_index(e->value, net_names, ARRAY_SIZE(net_names));

	if (i < 0)
		return spec_refuse_name(e, e->value, net_names, ARRAY_SIZE(net_names));
	e->spec->net = (enum spec_net)i;
	if (e->spec->net == SPEC_NET_HOST)
		e->spec->namespaces &= ~(unsigned)SPEC_NS_NET;
	else
		e->spec->namespaces |= SPEC_NS_NET;
	return 0;
}

void spec_get_net(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	(void)row;
	buf_adds(b, net_names[s->net]);
}

/* What the portable names of users and groups are made of, and numbers too. */
static size_t name_span(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
}

int spec_set_seccomp(const struct spec_entry *e)
{
	/* Which names there are is known where policies are read. */
	if (*e->value != '/' && (!*e->value || e->value[name_span(e->value)]))
		return spec_refuse(e, e->value, "expected a policy's name or /FILE, or off");
	return store_text(e, e->value);
}

void spec_get_seccomp(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	spec_get_phrase(s, row, b);
}

int spec_set_user(const struct spec_entry *e)
{
	if (is_zero_word(e))
		return store_text(e, NULL);

	const size_t user = name_span(e->value);
	const char *colon = e->value + user;
	const size_t group = *colon == ':' ? name_span(colon + 1) : 0;
	if (!user || (*colon && (!group || colon[1 + group])))
		return spec_refuse(e, e->value, "expected %s", e->row->key.values);
	return store_text(e, e->value);
}

void spec_get_user(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	buf_adds(b, s->user ? s->user : row->zero);
}
