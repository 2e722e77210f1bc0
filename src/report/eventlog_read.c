/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "report/eventlog_fields.h"

/* Times above are of no run: reports may add and subtract some without a look. */
#define TIME_MOST (INT64_MAX / 4)

/* Where a value is looked for and, when it is wrong, which words say so.
 * Strings stay in the JSON of the line, lists go to the arena: both live until
 * the sinks have seen the event. */
struct reader {
	const char *path;
	unsigned long line;
	struct arena *arena;
	struct iso_err *err;
};

static int fail(const struct reader *rd, const char *what, const char *why)
{
	return iso_err_set(rd->err, ISO_ERR_USAGE, 0, "%s:%lu: '%s': %s", rd->path, rd->line, what,
			   why);
}

static int no_memory(const struct reader *rd)
{
	return iso_err_set(rd->err, ISO_ERR_HOST, ENOMEM, "event log '%s'", rd->path);
}

static int get_fields(const struct reader *rd, const struct json *obj, struct log_table table,
		      void *to);

static int get_number(const struct reader *rd, const struct json *obj, const struct log_field *f,
		      int64_t min, int64_t max, int64_t *ret)
{
	int64_t n;

	if (!json_get_int(obj, f->key, &n) || n < min || n > max)
		return fail(rd, f->key, "is no number that belongs here");
	*ret = n;
	return 0;
}

static int get_strv(const struct reader *rd, const struct json *arr, const char *key, char ***ret)
{
	size_t n = json_len(arr);
	const char **v = arena_alloc(rd->arena, (n + 1) * sizeof(*v));

	if (!v)
		return no_memory(rd);
	for (size_t i = 0; i < n; i++) {
		v[i] = json_str(json_at(arr, i));
		if (!v[i])
			return fail(rd, key, "holds something that is no string");
	}
	*ret = (char **)v;
	return 0;
}

static int get_counts(const struct reader *rd, const struct json *obj, unsigned *counts)
{
	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		const struct log_field f = { outcome_name((enum outcome)i), LOG_UINT, 0 };
		int64_t n = 0;

		if (json_get(obj, f.key) && get_number(rd, obj, &f, 0, UINT_MAX, &n) < 0)
			return -EINVAL;
		counts[i] = (unsigned)n;
	}
	return 0;
}

/* An array of objects into an array of structs of `size` bytes each. */
static int get_structs(const struct reader *rd, const struct json *arr, struct log_table table,
		       size_t size, void **ret, size_t *ret_n)
{
	size_t n = json_len(arr);
	char *all = n ? arena_alloc(rd->arena, n * size) : NULL;

	if (n == 0)
		return 0;
	if (!all)
		return no_memory(rd);
	for (size_t i = 0; i < n; i++) {
		int r = get_fields(rd, json_at(arr, i), table, all + i * size);

		if (r < 0)
			return r;
	}
	*ret = all;
	*ret_n = n;
	return 0;
}

static int get_leftovers(const struct reader *rd, const struct json *arr, struct result *ret)
{
	void *all = NULL;
	int r = get_structs(rd, arr, log_leftover_fields(), sizeof(struct leftover), &all,
			    &ret->n_leftovers);

	ret->leftovers = all;
	return r;
}

static int get_degraded(const struct reader *rd, const struct json *arr, struct result *ret)
{
	void *all = NULL;
	int r = get_structs(rd, arr, log_degraded_fields(), sizeof(struct degraded), &all,
			    &ret->n_degraded);

	ret->degraded = all;
	return r;
}

static int get_refusals(const struct reader *rd, const struct json *arr, struct result *ret)
{
	void *all = NULL;
	int r = get_structs(rd, arr, log_refusal_fields(), sizeof(struct refusal), &all,
			    &ret->n_refusals);

	ret->refusals = all;
	return r;
}

static int get_text(const struct reader *rd, const struct json *obj, const struct log_field *f,
		    const char **ret)
{
	*ret = json_get_str(obj, f->key);
	return *ret ? 0 : fail(rd, f->key, "is no string");
}

static int get_name(const struct reader *rd, const struct json *obj, const struct log_field *f,
		    void *to)
{
	const char *text;
	int r = get_text(rd, obj, f, &text);

	if (r < 0)
		return r;
	switch (f->type) {
	case LOG_OUTCOME:
		return outcome_parse(text, to) ? 0 : fail(rd, text, "is no outcome");
	case LOG_ORIGIN:
		for (int i = 0; i <= DEMAND_DECLARED; i++)
			if (str_eq(demand_origin_name((enum demand_origin)i), text)) {
				*(enum demand_origin *)to = (enum demand_origin)i;
				return 0;
			}
		return fail(rd, text, "is no origin of a demand");
	default:
		snprintf(to, sizeof(((struct leftover *)0)->name), "%s", text);
		return 0;
	}
}

static int get_integer(const struct reader *rd, const struct json *obj, const struct log_field *f,
		       void *to)
{
	static const struct {
		int64_t min;
		int64_t max;
	} range[] = {
		[LOG_INT] = { INT_MIN, INT_MAX },  [LOG_PID] = { INT_MIN, INT_MAX },
		[LOG_UINT] = { 0, UINT_MAX },      [LOG_U32] = { 0, UINT32_MAX },
		[LOG_I64] = { -TIME_MOST, TIME_MOST }, [LOG_U64] = { 0, INT64_MAX },
		[LOG_SIZE] = { 0, INT64_MAX },
	};
	int64_t n;
	int r = get_number(rd, obj, f, range[f->type].min, range[f->type].max, &n);

	if (r < 0)
		return r;
	switch (f->type) {
	case LOG_INT:
	case LOG_PID:
		*(int *)to = (int)n;
		break;
	case LOG_UINT:
	case LOG_U32:
		*(unsigned *)to = (unsigned)n;
		break;
	case LOG_SIZE:
		*(size_t *)to = (size_t)n;
		break;
	default:
		memcpy(to, &n, sizeof(n));
		break;
	}
	return 0;
}

static int get_field(const struct reader *rd, const struct json *obj, const struct log_field *f,
		     void *base)
{
	const struct json *value = json_get(obj, f->key);
	void *to = (char *)base + f->offset;

	if (!value)
		return 0;
	switch (f->type) {
	case LOG_STR:
		return get_text(rd, obj, f, to);
	case LOG_BOOL:
		return json_get_bool(obj, f->key, to) ? 0 : fail(rd, f->key, "is no boolean");
	case LOG_NAME:
	case LOG_OUTCOME:
	case LOG_ORIGIN:
		return get_name(rd, obj, f, to);
	case LOG_STRV:
		return get_strv(rd, value, f->key, to);
	case LOG_COUNTS:
		return get_counts(rd, value, to);
	case LOG_LEFTOVERS:
		return get_leftovers(rd, value, base);
	case LOG_DEGRADED:
		return get_degraded(rd, value, base);
	case LOG_REFUSALS:
		return get_refusals(rd, value, base);
	default:
		return get_integer(rd, obj, f, to);
	}
}

static int get_fields(const struct reader *rd, const struct json *obj, struct log_table table,
		      void *to)
{
	for (size_t i = 0; i < table.n; i++) {
		int r = get_field(rd, obj, &table.fields[i], to);

		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_of_a_test(enum event_kind kind)
{
	return kind == EVENT_TEST_PLANNED || kind == EVENT_ATTEMPT_STARTED ||
	       kind == EVENT_ATTEMPT_SAMPLED || kind == EVENT_ATTEMPT_PAUSED ||
	       kind == EVENT_ATTEMPT_GROWN || kind == EVENT_ATTEMPT_FINISHED ||
	       kind == EVENT_TEST_FINISHED;
}

/* What every line has.  1: an event; 0: one that only newer isoruns know. */
static int get_head(const struct reader *rd, const struct json *obj, struct event *e)
{
	static const struct log_field v = { "v", LOG_INT, 0 };
	static const struct log_field t = { "t", LOG_I64, 0 };
	static const struct log_field attempt = { "attempt", LOG_UINT, 0 };
	const char *name = json_get_str(obj, "event");
	int64_t version = 0;
	int64_t number = 0;

	if (get_number(rd, obj, &v, 1, INT64_MAX, &version) < 0)
		return -EINVAL;
	if (version > EVENTLOG_VERSION)
		return fail(rd, "v", "is of a newer isorun");
	if (!name)
		return fail(rd, "event", "is missing");
	if (!event_parse_kind(name, &e->kind))
		return 0;
	if (get_number(rd, obj, &t, -TIME_MOST, TIME_MOST, &e->t_ns) < 0)
		return -EINVAL;
	if (json_get(obj, attempt.key) &&
	    get_number(rd, obj, &attempt, 0, UINT_MAX, &number) < 0)
		return -EINVAL;
	e->attempt = (unsigned)number;
	e->test = json_get_str(obj, "test");
	if (is_of_a_test(e->kind) && !e->test)
		return fail(rd, "test", "is missing");
	return 1;
}

static int feed_object(const struct reader *rd, const struct json *obj, struct sink *const *sinks,
		       size_t n)
{
	struct event e = { 0 };
	struct result result;
	int r = get_head(rd, obj, &e);

	if (r <= 0)
		return r;
	result_init(&result);
	r = get_fields(rd, obj, log_event_fields(e.kind), &e);
	if (r == 0 && e.kind == EVENT_ATTEMPT_FINISHED) {
		e.u.finished.result = &result;
		r = get_fields(rd, json_get(obj, "result"), log_result_fields(), &result);
	}
	for (size_t i = 0; r == 0 && i < n; i++)
		sinks[i]->driver->event(sinks[i], &e);
	return r; /* result owns nothing: its strings are the line's */
}

static int feed_line(struct reader *rd, const char *line, size_t len, struct sink *const *sinks,
		     size_t n)
{
	struct json *obj = NULL;
	struct iso_err why = ISO_ERR_INIT;
	int r = json_parse(line, len, rd->path, &obj, &why);

	if (r < 0)
		return fail(rd, "event", "is no JSON");
	rd->arena = arena_new();
	r = rd->arena ? feed_object(rd, obj, sinks, n) : no_memory(rd);
	arena_free(rd->arena);
	json_free(obj);
	return r;
}

int eventlog_replay(const char *path, struct sink *const *sinks, size_t n, struct iso_err *err)
{
	struct reader rd = { .path = path, .err = err };
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	_cleanup_free_ char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int r = 0;

	if (!file)
		return iso_err_set(err, ISO_ERR_HOST, errno, "event log '%s'", path);
	while (r == 0 && (len = getline(&line, &cap, file)) > 0) {
		rd.line++;
		/* The last line of a run that died. */
		if (line[len - 1] != '\n')
			break;
		r = feed_line(&rd, line, (size_t)len, sinks, n);
	}
	if (r == 0 && ferror(file))
		return iso_err_set(err, ISO_ERR_HOST, errno, "event log '%s'", path);
	return r;
}
