/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#undef json_object
#undef json_array

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"

/*
 * A struct json * is jansson's json_t * by another name.
 *
 * A builder that failed is marked by a second reference: the trees that are
 * built here hold each value once, so a container with two references lacks
 * something.  The mark needs no memory, which is what a failure is about.
 */

static json_t *value_of(const struct json *j)
{
	return (json_t *)(void *)(uintptr_t)j;
}

static struct json *json_of(json_t *value)
{
	return (struct json *)(void *)value;
}

static bool is_container(const json_t *value)
{
	return json_is_object(value) || json_is_array(value);
}

static void mark_failed(json_t *container)
{
	if (container && container->refcount == 1)
		json_incref(container);
}

/* Whether the tree or any part of it is marked; takes the marks off if told. */
static bool has_mark(json_t *value, bool take_off)
{
	const char *key;
	json_t *child;
	size_t i;

	if (!is_container(value))
		return false;
	bool marked = value->refcount > 1;
	if (marked && take_off)
		json_decref(value);
	if (json_is_object(value)) {
		json_object_foreach(value, key, child)
			marked |= has_mark(child, take_off);
	} else {
		json_array_foreach(value, i, child)
			marked |= has_mark(child, take_off);
	}
	return marked;
}

struct json *iso_json_object(void)
{
	return json_of(json_object());
}

struct json *iso_json_array(void)
{
	return json_of(json_array());
}

void json_free(struct json *j)
{
	if (!j)
		return;
	has_mark(value_of(j), true);
	json_decref(value_of(j));
}

/* Valid UTF-8, the only thing that jansson takes; NULL when out of memory. */
static json_t *clean_string(const char *s)
{
	json_t *value = json_string(s);

	if (value)
		return value;
	_cleanup_buf_ struct buf b = BUF_INIT;
	utf8_add_clean(&b, s, strlen(s), NULL);
	return b.error ? NULL : json_string(buf_str(&b));
}

/* Takes the value; NULL stands for one that could not be made. */
static void set_value(struct json *obj, const char *key, json_t *taken)
{
	json_t *container = value_of(obj);

	if (!container)
		json_free(json_of(taken));
	else if (!taken)
		mark_failed(container);
	else if (json_object_set_new(container, key, taken) == 0)
		return;
	else
		mark_failed(container);
}

static void add_value(struct json *arr, json_t *taken)
{
	json_t *container = value_of(arr);

	if (!container)
		json_free(json_of(taken));
	else if (!taken || json_array_append_new(container, taken) < 0)
		mark_failed(container);
}

void json_set_str(struct json *obj, const char *key, const char *value)
{
	if (value)
		set_value(obj, key, clean_string(value));
}

void json_set_int(struct json *obj, const char *key, int64_t value)
{
	set_value(obj, key, json_integer(value));
}

void json_set_u64(struct json *obj, const char *key, uint64_t value)
{
	set_value(obj, key, json_integer(value > INT64_MAX ? INT64_MAX : (int64_t)value));
}

void json_set_real(struct json *obj, const char *key, double value)
{
	set_value(obj, key, isfinite(value) ? json_real(value) : json_null());
}

void json_set_bool(struct json *obj, const char *key, bool value)
{
	set_value(obj, key, json_boolean(value));
}

void json_set(struct json *obj, const char *key, struct json *taken)
{
	set_value(obj, key, value_of(taken));
}

void json_add_str(struct json *arr, const char *value)
{
	add_value(arr, clean_string(value));
}

void json_add(struct json *arr, struct json *taken)
{
	add_value(arr, value_of(taken));
}

static bool says_nothing(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_NULL:
	case JSON_FALSE:
		return true;
	case JSON_INTEGER:
		return json_integer_value(v) == 0;
	case JSON_STRING:
		return json_string_length(v) == 0;
	case JSON_ARRAY:
		return json_array_size(v) == 0;
	case JSON_OBJECT:
		return json_object_size(v) == 0;
	default:
		return false;
	}
}

/* A part that carries the mark of a failed builder stays, and its mark with it. */
static void prune(json_t *value)
{
	const char *key;
	json_t *child;
	void *next;
	size_t i;

	json_array_foreach(value, i, child)
		prune(child);
	json_object_foreach_safe(value, next, key, child) {
		prune(child);
		if (says_nothing(child) && !(is_container(child) && child->refcount > 1))
			json_object_del(value, key);
	}
}

void json_prune(struct json *obj)
{
	prune(value_of(obj));
}

int json_dump(const struct json *j, bool pretty, char **ret_text)
{
	/* 15 digits are what a double surely holds: 0.1 stays 0.1. */
	const size_t flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(15) |
			     (pretty ? JSON_INDENT(2) : JSON_COMPACT);

	if (!j || has_mark(value_of(j), false))
		return -ENOMEM;
	char *text = json_dumps(value_of(j), flags);
	if (!text)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}

int json_parse(const char *text, size_t len, const char *name, struct json **ret,
	       struct iso_err *err)
{
	json_error_t fault;
	json_t *value = json_loadb(text, len, JSON_DECODE_ANY, &fault);

	if (!value && json_error_code(&fault) == json_error_out_of_memory)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "read '%s'", name);
	if (!value)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "%s:%d: %s", name, fault.line,
				   fault.text);
	*ret = json_of(value);
	return 0;
}

const struct json *json_get(const struct json *obj, const char *key)
{
	return json_of(json_object_get(value_of(obj), key));
}

const char *json_get_str(const struct json *obj, const char *key)
{
	return json_str(json_get(obj, key));
}

bool json_int(const struct json *j, int64_t *ret)
{
	if (!json_is_integer(value_of(j)))
		return false;
	*ret = json_integer_value(value_of(j));
	return true;
}

bool json_get_int(const struct json *obj, const char *key, int64_t *ret)
{
	return json_int(json_get(obj, key), ret);
}

bool json_number(const struct json *j, double *ret)
{
	if (!json_is_number(value_of(j)))
		return false;
	*ret = json_number_value(value_of(j));
	return true;
}

bool json_is_yes(const struct json *j)
{
	return json_is_true(value_of(j));
}

const char *json_next_key(const struct json *obj, const char *after)
{
	json_t *object = value_of(obj);
	void *at = after ? json_object_iter_next(object, json_object_iter_at(object, after))
			 : json_object_iter(object);

	return at ? json_object_iter_key(at) : NULL;
}

bool json_get_bool(const struct json *obj, const char *key, bool *ret)
{
	const json_t *value = value_of(json_get(obj, key));

	if (!json_is_boolean(value))
		return false;
	*ret = json_is_true(value);
	return true;
}

size_t json_len(const struct json *arr)
{
	return json_array_size(value_of(arr));
}

const struct json *json_at(const struct json *arr, size_t i)
{
	return json_of(json_array_get(value_of(arr), i));
}

const char *json_str(const struct json *j)
{
	return json_string_value(value_of(j));
}
