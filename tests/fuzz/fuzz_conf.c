/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds the INI reader, and what it yields to the keys of a profile. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/conf.h"
#include "base/str.h"
#include "model/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int set_entry(const char *section, const char *key, const char *value, const char *where,
		     void *arg, struct iso_err *err)
{
	assert(section && where && str_starts(where, "fuzz:"));
	assert(!key == !value);
	/* A refused entry does not end the file here: more is reached so. */
	if (spec_set(arg, section, key, value, where, err) < 0)
		assert(!err || err->text[0]);
	return 0;
}

static void set_lines(struct spec *s, const struct spec_key *k, const char *text)
{
	_cleanup_strv_ char **lines = NULL;

	assert(strv_split(text, "\n", &lines) == 0);
	for (size_t i = 0; i < strv_len(lines); i++)
		assert(spec_set(s, k->section, k->key, lines[i], "again", NULL) == 0);
}

/* What every key says can be set again, and then says the same. */
static void check_round(const struct spec *s)
{
	struct spec again;
	const struct spec_key *k;

	if (spec_init(&again) < 0)
		return;
	for (size_t i = 0; (k = spec_key_at(i)); i++) {
		_cleanup_free_ char *text = NULL;
		if (str_eq(k->key, "inherit") || spec_get_text(s, i, &text) < 0)
			continue;
		set_lines(&again, k, text);
	}
	for (size_t i = 0; spec_key_at(i); i++) {
		_cleanup_free_ char *a = NULL;
		_cleanup_free_ char *b = NULL;
		assert(spec_get_text(s, i, &a) == 0 && spec_get_text(&again, i, &b) == 0);
		assert(str_eq(a, b));
	}
	spec_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = malloc(size + 1);
	_cleanup_strv_ char **warnings = NULL;
	struct iso_err err = ISO_ERR_INIT;
	struct spec s;

	if (!text || spec_init(&s) < 0)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (conf_parse_text(text, "fuzz", set_entry, &s, &err) < 0)
		assert(err.text[0]);
	check_round(&s);
	assert(spec_check(&s, &warnings) == 0);
	spec_fini(&s);
	return 0;
}
