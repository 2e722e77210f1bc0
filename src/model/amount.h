/* SPDX-License-Identifier: Apache-2.0 */
/* model/amount.h - tokens and locks: what a test holds by name, beside memory and cpus. */
#ifndef MODEL_AMOUNT_H
#define MODEL_AMOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
	AMOUNTS_MAX = 8,      /* that one test holds, and kinds of tokens there are */
	AMOUNT_NAME = 32,     /* with its end */
	AMOUNT_UNITS = 64,    /* of one token: a bit each */
	AMOUNT_WHOLE = 1000,  /* thousandths of a unit */
};

enum amount_kind { AMOUNT_TOKEN, AMOUNT_LOCK, AMOUNT_LOCK_SHARED };

/* Plain bytes: it lies in the ledger's table as it is. */
struct amount {
	char name[AMOUNT_NAME];
	uint64_t scope;     /* equal names mean one thing only within one scope; 0: everybody's */
	uint64_t have;      /* of a token: which units there are */
	uint64_t units;     /* of a token that is held: which */
	uint32_t kind;      /* enum amount_kind */
	uint32_t milli;     /* of a token: whole units, or less than one */
};

struct amounts {
	size_t n;
	struct amount list[AMOUNTS_MAX];
};

/* How many there are of each token, and which. */
struct token_pool {
	char name[AMOUNT_NAME];
	uint64_t scope;
	uint64_t units;
};

struct token_pools {
	size_t n;
	struct token_pool list[AMOUNTS_MAX];
};

/* Both yield NULL, or what is wrong with the word, for "'WORD': WHY". */
/* "gpu", "gpu=2", "gpu=0.5"; ret_name may be NULL, as ret_milli. */
const char *token_parse(const char *word, char ret_name[AMOUNT_NAME], uint32_t *ret_milli);
/* "schema", "schema:shared" */
const char *lock_parse(const char *word, char ret_name[AMOUNT_NAME], bool *ret_shared);

/* Of words that token_parse took. */
uint32_t token_milli(const char *word);
bool token_same_name(const char *a, const char *b);

/* "licence=3" replaces what the pools say of it; it does not fit: -E2BIG.  *ret_why
 * as above. */
int token_pools_add(struct token_pools *pools, const char *word, const char **ret_why);
/* The place of the word's token, or -1. */
int token_pools_find(const struct token_pools *pools, const char *word);
unsigned token_pool_size(const struct token_pool *pool);

/* What a test asks for; each list may be NULL, as `have`.  A lock of `locks` may end
 * in ":shared"; one that is named in both lists is not shared.  More of a token than
 * there is, one of which nobody said how many there are, and more than AMOUNTS_MAX
 * names together are ISO_ERR_USAGE. */
struct amounts_wanted {
	char *const *tokens;
	char *const *locks;
	char *const *shared_locks;  /* names alone */
	uint64_t lock_scope;
	const struct token_pools *have;
};
int amounts_fill(const struct amounts_wanted *wanted, struct amounts *ret, struct iso_err *err);

/* Do they speak of the same thing? */
bool amount_is_same(const struct amount *a, const struct amount *b);

/* For people: "gpu:0,1", "gpu:1(0.5)", "schema", "schema:shared"; of what is not
 * held yet "gpu=2".  0 or -ENOMEM; the caller frees. */
int amounts_words(const struct amounts *a, bool held, char ***ret);

/* A number for a scope, of any bytes; never 0. */
uint64_t amount_scope(uint64_t within, const void *bytes, size_t n);

#endif
