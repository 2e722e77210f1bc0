/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sink.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "report/eventlog_fields.h"
#include "report/format.h"
#include "report/out.h"

struct eventlog {
	struct sink sink;
	int fd;
	char *path;
	int error;  /* the first one; nothing is written after it */
};

static void put_fields(struct json *obj, struct log_table table, const void *from);

static struct json *put_strv(char *const *v)
{
	struct json *arr = json_array();

	for (; *v; v++)
		json_add_str(arr, *v);
	return arr;
}

static struct json *put_counts(const unsigned *counts)
{
	struct json *obj = json_object();

	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		json_set_int(obj, outcome_name((enum outcome)i), counts[i]);
	return obj;
}

static struct json *put_leftovers(const struct result *r)
{
	struct json *arr = json_array();

	for (size_t i = 0; i < r->n_leftovers; i++) {
		struct json *obj = json_object();

		put_fields(obj, log_leftover_fields(), &r->leftovers[i]);
		json_add(arr, obj);
	}
	return arr;
}

static struct json *put_degraded(const struct result *r)
{
	struct json *arr = json_array();

	for (size_t i = 0; i < r->n_degraded; i++) {
		struct json *obj = json_object();

		put_fields(obj, log_degraded_fields(), &r->degraded[i]);
		json_add(arr, obj);
	}
	return arr;
}

static struct json *put_refusals(const struct result *r)
{
	struct json *arr = json_array();

	for (size_t i = 0; i < r->n_refusals; i++) {
		struct json *obj = json_object();

		put_fields(obj, log_refusal_fields(), &r->refusals[i]);
		json_add(arr, obj);
	}
	return arr;
}

/* `base` is the struct that holds the field, for the types that need two members. */
static void put_field(struct json *obj, const struct log_field *f, const void *base)
{
	const void *p = (const char *)base + f->offset;

	switch (f->type) {
	case LOG_STR:
		json_set_str(obj, f->key, *(const char *const *)p);
		break;
	case LOG_NAME:
		json_set_str(obj, f->key, p);
		break;
	case LOG_BOOL:
		json_set_bool(obj, f->key, *(const bool *)p);
		break;
	case LOG_INT:
	case LOG_PID:
		json_set_int(obj, f->key, *(const int *)p);
		break;
	case LOG_UINT:
	case LOG_U32:
		json_set_int(obj, f->key, *(const unsigned *)p);
		break;
	case LOG_I64:
		json_set_int(obj, f->key, *(const int64_t *)p);
		break;
	case LOG_U64:
		json_set_u64(obj, f->key, *(const uint64_t *)p);
		break;
	case LOG_SIZE:
		json_set_u64(obj, f->key, *(const size_t *)p);
		break;
	case LOG_OUTCOME:
		json_set_str(obj, f->key, outcome_name(*(const enum outcome *)p));
		break;
	case LOG_ORIGIN:
		json_set_str(obj, f->key, demand_origin_name(*(const enum demand_origin *)p));
		break;
	case LOG_STRV:
		if (*(char *const *const *)p)
			json_set(obj, f->key, put_strv(*(char *const *const *)p));
		break;
	case LOG_COUNTS:
		json_set(obj, f->key, put_counts(p));
		break;
	case LOG_LEFTOVERS:
		json_set(obj, f->key, put_leftovers(base));
		break;
	case LOG_DEGRADED:
		json_set(obj, f->key, put_degraded(base));
		break;
	case LOG_REFUSALS:
		json_set(obj, f->key, put_refusals(base));
		break;
	}
}

static void put_fields(struct json *obj, struct log_table table, const void *from)
{
	for (size_t i = 0; i < table.n; i++)
		put_field(obj, &table.fields[i], from);
}

/* The caller frees; NULL: no memory. */
static struct json *event_json(const struct event *e)
{
	struct json *obj = json_object();

	json_set_int(obj, "v", EVENTLOG_VERSION);
	json_set_int(obj, "t", e->t_ns);
	json_set_str(obj, "event", event_name(e->kind));
	json_set_str(obj, "test", e->test);
	if (e->attempt)
		json_set_int(obj, "attempt", e->attempt);
	put_fields(obj, log_event_fields(e->kind), e);
	if (e->kind == EVENT_ATTEMPT_FINISHED && e->u.finished.result) {
		struct json *result = json_object();

		put_fields(result, log_result_fields(), e->u.finished.result);
		json_set(obj, "result", result);
	}
	return obj;
}

int event_json_text(const struct event *e, char **ret)
{
	struct json *obj = event_json(e);

	if (obj)
		json_prune(obj);
	const int r = json_dump(obj, false, ret);
	json_free(obj);
	return r;
}

static int format_line(const struct event *e, char **ret_text, size_t *ret_len)
{
	struct json *obj = event_json(e);
	char *text = NULL;
	int r = json_dump(obj, false, &text);

	json_free(obj);
	if (r < 0)
		return r;

	struct buf line = BUF_INIT;
	buf_adds(&line, text);
	buf_addc(&line, '\n');
	free(text);
	*ret_len = line.len;
	return buf_finish(&line, ret_text);
}

int result_record_text(const struct result *r, char **ret_text)
{
	struct json *obj = json_object();

	json_set_int(obj, "v", EVENTLOG_VERSION);
	json_set_str(obj, "verdict", outcome_name(r->outcome));
	put_fields(obj, log_result_fields(), r);

	int dumped = json_dump(obj, true, ret_text);
	json_free(obj);
	return dumped;
}

/* One write(2) a line: whoever reads along, or finds the log of a run that
 * died, sees whole events.  After a fault nothing follows, since that would
 * glue a line to the torn one. */
static void eventlog_event(struct sink *s, const struct event *e)
{
	struct eventlog *log = (struct eventlog *)s;
	_cleanup_free_ char *line = NULL;
	size_t len = 0;

	if (log->error || (e->kind == EVENT_ATTEMPT_SAMPLED && e->u.sampled.passing))
		return;
	log->error = format_line(e, &line, &len);
	if (log->error == 0)
		log->error = fs_write_all(log->fd, line, len);
}

static int eventlog_close(struct sink *s, struct iso_err *err)
{
	struct eventlog *log = (struct eventlog *)s;
	int r = log->error;

	if (close(log->fd) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		iso_err_set(err, ISO_ERR_HOST, r, "event log '%s'", log->path);
	free(log->path);
	free(log);
	return r;
}

static const struct sink_driver eventlog_driver = {
	.name = "eventlog",
	.event = eventlog_event,
	.close = eventlog_close,
};

int sink_eventlog_open(const char *path, struct sink **ret, struct iso_err *err)
{
	_cleanup_free_ struct eventlog *log = calloc(1, sizeof(*log));
	_cleanup_free_ char *copy = strdup(path);

	if (!log || !copy)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "event log '%s'", path);

	int r = out_open("event log", path, &log->fd, err);
	if (r < 0)
		return r;
	log->sink.driver = &eventlog_driver;
	log->path = TAKE_PTR(copy);
	*ret = &TAKE_PTR(log)->sink;
	return 0;
}

int sink_json_open(const struct report_request *rq, struct sink **ret, struct iso_err *err)
{
	return sink_eventlog_open(rq->path, ret, err);
}
