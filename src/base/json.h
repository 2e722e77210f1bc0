/* SPDX-License-Identifier: Apache-2.0 */
/* base/json.h - JSON through jansson: values in, values out, nothing of ours in between. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A value; members and items are borrowed from it. */
struct json;

/* jansson has functions of these two names: ours have others for the linker. */
#define json_object iso_json_object
#define json_array iso_json_array
struct json *json_object(void);
struct json *json_array(void);
void json_free(struct json *j); /* accepts NULL */

/* Builders skip quietly once something failed (out of memory); json_dump
 * reports it.  Strings that are no valid UTF-8 are stored with each bad byte
 * replaced by U+FFFD. */
void json_set_str(struct json *obj, const char *key, const char *value); /* NULL value: left out */
void json_set_int(struct json *obj, const char *key, int64_t value);
/* Above INT64_MAX, which JSON's readers cannot hold: INT64_MAX. */
void json_set_u64(struct json *obj, const char *key, uint64_t value);
void json_set_real(struct json *obj, const char *key, double value); /* null when not finite */
void json_set_bool(struct json *obj, const char *key, bool value);
void json_set(struct json *obj, const char *key, struct json *taken); /* NULL: it failed */
void json_add_str(struct json *arr, const char *value);
void json_add(struct json *arr, struct json *taken);

/* Takes off the members, at any depth, that say nothing: null, false, 0, "", [] and {}. */
void json_prune(struct json *obj);

/* NULL, as a builder that failed, is -ENOMEM too. */
int json_dump(const struct json *j, bool pretty, char **ret_text); /* 0 or -ENOMEM */

/* `name` is what errors call the text. */
int json_parse(const char *text, size_t len, const char *name, struct json **ret,
	       struct iso_err *err);
const struct json *json_get(const struct json *obj, const char *key); /* NULL: absent */
const char *json_get_str(const struct json *obj, const char *key);    /* NULL: absent, no string */
bool json_get_int(const struct json *obj, const char *key, int64_t *ret);
bool json_get_bool(const struct json *obj, const char *key, bool *ret);
bool json_int(const struct json *j, int64_t *ret);
bool json_number(const struct json *j, double *ret); /* whole or not */
bool json_is_yes(const struct json *j);              /* the value true */
/* The member behind the key `after` (NULL: the first); NULL: there is no other. */
const char *json_next_key(const struct json *obj, const char *after);
size_t json_len(const struct json *arr);                              /* 0 when no array */
const struct json *json_at(const struct json *arr, size_t i);
const char *json_str(const struct json *j);                           /* NULL when no string */

#endif
