/* SPDX-License-Identifier: Apache-2.0 */
#include "model/amount.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "base/str.h"

static const char *check_name(const char *name, size_t len)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-./";

	if (len == 0)
		return "a name is missing";
	if (len >= AMOUNT_NAME)
		return "a name has 31 bytes at most";
	if (strspn(name, allowed) < len)
		return "a name is of letters, digits and _ - . /";
	return NULL;
}

static void copy_name(char ret[AMOUNT_NAME], const char *name, size_t len)
{
	memset(ret, 0, AMOUNT_NAME);
	memcpy(ret, name, len);
}

const char *token_parse(const char *word, char ret_name[AMOUNT_NAME], uint32_t *ret_milli)
{
	const size_t len = strcspn(word, "=");
	const char *why = check_name(word, len);
	uint32_t milli = AMOUNT_WHOLE;

	if (why)
		return why;
	if (word[len] && (num_parse_milli(word + len + 1, &milli) < 0 || milli == 0))
		return "expected NAME or NAME=N, with N such as 2 or 0.5";
	if (milli > AMOUNT_WHOLE && milli % AMOUNT_WHOLE)
		return "more than one are asked for whole";
	if (milli > AMOUNT_UNITS * AMOUNT_WHOLE)
		return "there are 64 at most";
	if (ret_name)
		copy_name(ret_name, word, len);
	if (ret_milli)
		*ret_milli = milli;
	return NULL;
}

const char *lock_parse(const char *word, char ret_name[AMOUNT_NAME], bool *ret_shared)
{
	const size_t len = strcspn(word, ":");
	const char *why = check_name(word, len);

	if (why)
		return why;
	if (word[len] && !str_eq(word + len, ":shared"))
		return "expected NAME or NAME:shared";
	copy_name(ret_name, word, len);
	*ret_shared = word[len];
	return NULL;
}

uint32_t token_milli(const char *word)
{
	uint32_t milli = AMOUNT_WHOLE;

	(void)token_parse(word, NULL, &milli);
	return milli;
}

bool token_same_name(const char *a, const char *b)
{
	const size_t len = strcspn(a, "=");

	return strcspn(b, "=") == len && memcmp(a, b, len) == 0;
}

static uint64_t first_units(unsigned n)
{
	return n >= AMOUNT_UNITS ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

int token_pools_add(struct token_pools *pools, const char *word, const char **ret_why)
{
	const size_t len = strcspn(word, "=");
	const char *why = check_name(word, len);
	unsigned count = 0;

	if (!why && (!word[len] || num_parse_uint(word + len + 1, &count) < 0))
		why = "expected NAME=N, with N from 0 up";
	if (!why && count > AMOUNT_UNITS)
		why = "there are 64 at most";
	const int at = why ? -1 : token_pools_find(pools, word);
	if (!why && at < 0 && pools->n == AMOUNTS_MAX)
		why = "there are 8 kinds of tokens at most";
	if (why) {
		*ret_why = why;
		return -EINVAL;
	}
	struct token_pool *pool = &pools->list[at >= 0 ? (size_t)at : pools->n++];
	*pool = (struct token_pool){ .units = first_units(count) };
	copy_name(pool->name, word, len);
	return 0;
}

int token_pools_find(const struct token_pools *pools, const char *word)
{
	for (size_t i = 0; pools && i < pools->n; i++)
		if (token_same_name(pools->list[i].name, word))
			return (int)i;
	return -1;
}

unsigned token_pool_size(const struct token_pool *pool)
{
	return (unsigned)__builtin_popcountll(pool->units);
}

static int add(struct amounts *to, const struct amount *amount, struct iso_err *err)
{
	if (to->n == AMOUNTS_MAX)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "'%s': a test may ask for %d tokens and locks at most",
				   amount->name, AMOUNTS_MAX);
	to->list[to->n++] = *amount;
	return 0;
}

static int too_few(const char *word, const char *name, unsigned size, struct iso_err *err)
{
	if (size)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "token '%s': there %s %u", word,
				   size == 1 ? "is only" : "are only", size);
	return iso_err_set(err, ISO_ERR_USAGE, 0,
			   "token '%s': none was found here; --have %s=N says how many there are",
			   word, name);
}

static int add_token(struct amounts *to, const char *word, const struct token_pools *have,
		     struct iso_err *err)
{
	struct amount amount = { .kind = AMOUNT_TOKEN };
	const char *why = token_parse(word, amount.name, &amount.milli);
	const int at = token_pools_find(have, word);

	if (why)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "token '%s': %s", word, why);
	if (at < 0)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "token '%s': nobody said how many there are: --have %s=N, or "
				   "tokens = %s=N in [suite]", word, amount.name, amount.name);
	const unsigned size = token_pool_size(&have->list[at]);
	if (amount.milli > size * AMOUNT_WHOLE)
		return too_few(word, amount.name, size, err);
	amount.have = have->list[at].units;
	amount.scope = have->list[at].scope;
	return add(to, &amount, err);
}

static int add_lock(struct amounts *to, const char *word, enum amount_kind kind, uint64_t scope,
		    struct iso_err *err)
{
	struct amount amount = { .kind = kind, .scope = scope };
	bool shared;
	const char *why = lock_parse(word, amount.name, &shared);

	if (why)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "lock '%s': %s", word, why);
	if (shared)
		amount.kind = AMOUNT_LOCK_SHARED;
	return add(to, &amount, err);
}

int amounts_fill(const struct amounts_wanted *wanted, struct amounts *ret, struct iso_err *err)
{
	struct amounts a = { 0 };
	int r = 0;

	for (char *const *t = wanted->tokens; r == 0 && t && *t; t++)
		r = add_token(&a, *t, wanted->have, err);
	for (char *const *l = wanted->locks; r == 0 && l && *l; l++)
		r = add_lock(&a, *l, AMOUNT_LOCK, wanted->lock_scope, err);
	for (char *const *l = wanted->shared_locks; r == 0 && l && *l; l++)
		if (!strv_has(wanted->locks, *l))
			r = add_lock(&a, *l, AMOUNT_LOCK_SHARED, wanted->lock_scope, err);
	if (r == 0)
		*ret = a;
	return r;
}

bool amount_is_same(const struct amount *a, const struct amount *b)
{
	return (a->kind == AMOUNT_TOKEN) == (b->kind == AMOUNT_TOKEN) && a->scope == b->scope &&
	       strncmp(a->name, b->name, AMOUNT_NAME) == 0;
}

static void put_milli(struct buf *b, uint32_t milli)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u.%03u", milli / AMOUNT_WHOLE, milli % AMOUNT_WHOLE);
	size_t len = strlen(text);
	while (text[len - 1] == '0')
		text[--len] = 0;
	if (text[len - 1] == '.')
		text[len - 1] = 0;
	buf_adds(b, text);
}

static void put_units(struct buf *b, const struct amount *a)
{
	char before = ':';

	for (unsigned i = 0; i < AMOUNT_UNITS; i++) {
		if (!(a->units >> i & 1))
			continue;
		buf_addf(b, "%c%u", before, i);
		before = ',';
	}
	if (a->milli >= AMOUNT_WHOLE)
		return;
	buf_addc(b, '(');
	put_milli(b, a->milli);
	buf_addc(b, ')');
}

int amounts_words(const struct amounts *a, bool held, char ***ret)
{
	_cleanup_strv_ char **words = NULL;

	for (size_t i = 0; i < a->n; i++) {
		const struct amount *amount = &a->list[i];
		_cleanup_buf_ struct buf b = BUF_INIT;

		buf_adds(&b, amount->name);
		if (amount->kind == AMOUNT_LOCK_SHARED) {
			buf_adds(&b, ":shared");
		} else if (amount->kind == AMOUNT_TOKEN && held) {
			put_units(&b, amount);
		} else if (amount->kind == AMOUNT_TOKEN) {
			buf_addc(&b, '=');
			put_milli(&b, amount->milli);
		}
		if (b.error || strv_add(&words, buf_str(&b)) < 0)
			return -ENOMEM;
	}
	*ret = TAKE_PTR(words);
	return 0;
}

/* FNV-1a. */
uint64_t amount_scope(uint64_t within, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ within;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash ? hash : 1;
}
