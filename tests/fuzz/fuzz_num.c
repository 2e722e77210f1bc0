/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds the readers of numbers, sizes, times, signals and shell words. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_numbers(const char *s)
{
	uint64_t u64 = 0;
	uint64_t size = 0;
	int64_t i64 = 0;
	int64_t ns = 0;
	uint32_t milli = 0;
	unsigned u = 0;
	char text[NUM_TEXT];
	int sig = 0;
	if (num_parse_u64(s, &u64) == 0) {
		/* A bare number is also a size of as many bytes. */
		assert(num_parse_size(s, &size) == 0 && size == u64);
		assert(num_parse_uint(s, &u) != 0 || u == u64);
	}
	if (num_parse_size(s, &size) == 0)
		assert(num_parse_size(num_format_size(text, size), &u64) == 0 ||
		       size >= UINT64_MAX / 16 * 15);
	if (num_parse_i64(s, &i64) == 0)
		assert(i64 >= 0 || s[0] == '-');
	if (num_parse_time(s, &ns) == 0) {
		assert(ns >= 0);
		assert(num_parse_time(num_format_time(text, ns), &ns) == 0);
	}
	(void)num_parse_milli(s, &milli);
	assert(proc_parse_signal(s, &sig) != 0 || (sig >= 1 && sig <= 64));
}

static void check_words(const char *s)
{
	_cleanup_strv_ char **words = NULL;
	_cleanup_strv_ char **again = NULL;
	_cleanup_strv_ char **pieces = NULL;
	assert(strv_split(s, ",; \n", &pieces) == 0);
	for (size_t i = 0; i < strv_len(pieces); i++)
		assert(pieces[i][0]);
	if (strv_split_quoted(s, &words) < 0)
		return;
	_cleanup_free_ char *line = str_shell_join(words);
	assert(line && strv_split_quoted(line, &again) == 0);
	assert(strv_len(again) == strv_len(words));
	for (size_t i = 0; i < strv_len(words); i++)
		assert(strcmp(words[i], again[i]) == 0);
}

static void check_path(const char *s)
{
	_cleanup_free_ char *clean = path_clean(s);
	assert(clean);
	_cleanup_free_ char *again = path_clean(clean);
	assert(again && strcmp(clean, again) == 0);
	assert(strlen(clean) <= strlen(s) || strcmp(clean, ".") == 0);
	assert(s[0] != '/' || (clean[0] == '/' && path_is_below(clean, "/")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *s = malloc(size + 1);
	if (!s)
		return 0;
	if (size > 0)
		memcpy(s, data, size);
	s[size] = '\0';
	check_numbers(s);
	check_words(s);
	check_path(s);
	return 0;
}
