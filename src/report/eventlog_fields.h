/* SPDX-License-Identifier: Apache-2.0 */
/* report/eventlog_fields.h - what each event stores: writer and reader walk the same table. */
#ifndef REPORT_EVENTLOG_FIELDS_H
#define REPORT_EVENTLOG_FIELDS_H

#include <stddef.h>

#include "model/event.h"

struct json;

/* The `v` of every line; raised when a reader of the old one would go wrong. */
#define EVENTLOG_VERSION 1

enum log_type {
	LOG_STR,        /* const char *; NULL is left out */
	LOG_BOOL,
	LOG_INT,        /* int */
	LOG_UINT,       /* unsigned */
	LOG_U32,
	LOG_I64,
	LOG_U64,
	LOG_SIZE,       /* size_t */
	LOG_PID,        /* pid_t */
	LOG_NAME,       /* char[16] */
	LOG_OUTCOME,
	LOG_ORIGIN,     /* enum demand_origin */
	LOG_STRV,       /* char **, NULL-terminated; NULL is left out */
	LOG_COUNTS,     /* unsigned[OUTCOME_COUNT], as an object by name */
	LOG_LEFTOVERS,  /* of a struct result: the array and its length */
	LOG_DEGRADED,   /* likewise */
	LOG_REFUSALS,   /* likewise */
};

struct log_field {
	const char *key;
	enum log_type type;
	size_t offset;   /* in the struct that the table is of */
};

struct log_table {
	const struct log_field *fields;
	size_t n;
};

struct log_table log_event_fields(enum event_kind kind); /* of struct event */
struct log_table log_result_fields(void);                /* of struct result: attempt-finished */
struct log_table log_leftover_fields(void);
struct log_table log_degraded_fields(void);
struct log_table log_refusal_fields(void);

/* A line of the log, without what says nothing and without its end; the caller frees.
 * 0 or -ENOMEM. */
int event_json_text(const struct event *e, char **ret);

#endif
