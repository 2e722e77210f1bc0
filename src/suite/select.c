/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/select.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "suite/links.h"

/* An expression is compiled once to postfix order ("a and not b" becomes a, b,
 * not, and) and evaluated for each test on a stack of truth values. */

enum op { OP_WORD, OP_NOT, OP_AND, OP_OR };

struct instr {
	enum op op;
	char *word; /* of OP_WORD; owned */
};

struct program {
	struct instr *code;
	size_t n;
	bool *stack; /* n values: no program needs more */
};

enum token { TOKEN_END, TOKEN_WORD, TOKEN_AND, TOKEN_OR, TOKEN_NOT, TOKEN_OPEN, TOKEN_CLOSE };

/* Recursion goes with the nesting of parentheses and nots. */
enum { NESTING_MAX = 100 };

struct parser {
	const char *option;  /* "-k", for messages */
	const char *text;
	size_t pos;          /* behind the current token */
	size_t start;        /* of the current token */
	enum token token;
	char *word;          /* of TOKEN_WORD; owned until emitted */
	unsigned nesting;
	struct program *out;
	struct iso_err *err;
};

static int parse_or(struct parser *p);

static void program_fini(struct program *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->code[i].word);
	free(p->code);
	free(p->stack);
}

static int no_memory(struct parser *p)
{
	return iso_err_set(p->err, ISO_ERR_HOST, ENOMEM, "%s '%s'", p->option, p->text);
}

static int refuse(struct parser *p, const char *why)
{
	return iso_err_set(p->err, ISO_ERR_USAGE, 0, "%s '%s': column %zu: %s", p->option, p->text,
			   p->start + 1, why);
}

static int set_word(struct parser *p, size_t from, size_t len)
{
	free(p->word);
	p->word = strndup(p->text + from, len);
	p->token = TOKEN_WORD;
	return p->word ? 0 : no_memory(p);
}

static int next_quoted(struct parser *p, char quote)
{
	const char *end = strchr(p->text + p->start + 1, quote);

	if (!end)
		return refuse(p, "the quote is not closed");
	p->pos = (size_t)(end - p->text) + 1;
	return set_word(p, p->start + 1, p->pos - p->start - 2);
}

static int next_bare(struct parser *p)
{
	static const struct {
		const char *name;
		enum token token;
	} reserved[] = { { "and", TOKEN_AND }, { "or", TOKEN_OR }, { "not", TOKEN_NOT } };
	const size_t len = strcspn(p->text + p->start, " \t\n()'\"");

	p->pos = p->start + len;
	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
		if (strlen(reserved[i].name) == len &&
		    memcmp(reserved[i].name, p->text + p->start, len) == 0) {
			p->token = reserved[i].token;
			return 0;
		}
	}
	return set_word(p, p->start, len);
}

static int next(struct parser *p)
{
	p->start = p->pos + strspn(p->text + p->pos, " \t\n");
	const char c = p->text[p->start];

	p->pos = p->start + 1;
	switch (c) {
	case '\0':
		p->pos = p->start;
		p->token = TOKEN_END;
		return 0;
	case '(':
		p->token = TOKEN_OPEN;
		return 0;
	case ')':
		p->token = TOKEN_CLOSE;
		return 0;
	case '\'':
	case '"':
		return next_quoted(p, c);
	default:
		return next_bare(p);
	}
}

static int emit(struct parser *p, enum op op)
{
	struct program *out = p->out;
	struct instr *code = reallocarray(out->code, out->n + 1, sizeof(*code));

	if (!code)
		return no_memory(p);
	out->code = code;
	code[out->n] = (struct instr){ .op = op };
	if (op == OP_WORD)
		code[out->n].word = TAKE_PTR(p->word);
	out->n++;
	return 0;
}

static int parse_group(struct parser *p)
{
	int r = next(p);

	if (r == 0)
		r = parse_or(p);
	if (r < 0)
		return r;
	if (p->token != TOKEN_CLOSE)
		return refuse(p, "expected ')'");
	return next(p);
}

static int parse_not(struct parser *p);

static int parse_primary(struct parser *p)
{
	int r;

	switch (p->token) {
	case TOKEN_NOT:
		r = next(p);
		if (r == 0)
			r = parse_not(p);
		return r < 0 ? r : emit(p, OP_NOT);
	case TOKEN_OPEN:
		return parse_group(p);
	case TOKEN_WORD:
		r = emit(p, OP_WORD);
		return r < 0 ? r : next(p);
	case TOKEN_END:
		return refuse(p, "expected a word, 'not' or '(', found the end");
	default:
		return refuse(p, "expected a word, 'not' or '('");
	}
}

static int parse_not(struct parser *p)
{
	if (++p->nesting > NESTING_MAX)
		return refuse(p, "nested too deeply");
	int r = parse_primary(p);

	p->nesting--;
	return r;
}

static int parse_and(struct parser *p)
{
	int r = parse_not(p);

	while (r == 0 && p->token == TOKEN_AND) {
		r = next(p);
		if (r == 0)
			r = parse_not(p);
		if (r == 0)
			r = emit(p, OP_AND);
	}
	return r;
}

static int parse_or(struct parser *p)
{
	int r = parse_and(p);

	while (r == 0 && p->token == TOKEN_OR) {
		r = next(p);
		if (r == 0)
			r = parse_and(p);
		if (r == 0)
			r = emit(p, OP_OR);
	}
	return r;
}

/* A blank expression compiles to no code at all, which matches everything. */
static int compile(const char *option, const char *text, struct program *out, struct iso_err *err)
{
	struct parser p = { .option = option, .text = text ? text : "", .out = out, .err = err };
	int r = next(&p);

	if (r == 0 && p.token == TOKEN_END)
		return 0;
	if (r == 0)
		r = parse_or(&p);
	if (r == 0 && p.token != TOKEN_END)
		r = refuse(&p, "expected 'and', 'or' or the end");
	if (r == 0 && !(out->stack = calloc(out->n, sizeof(*out->stack))))
		r = no_memory(&p);
	free(p.word);
	return r;
}

static bool id_has(const struct test *t, const char *word)
{
	return strcasestr(t->id, word) != NULL;
}

static bool tags_have(const struct test *t, const char *word)
{
	return strv_has(t->tags, word);
}

static bool matches(const struct program *p, const struct test *t,
		    bool (*has)(const struct test *t, const char *word))
{
	bool *top = p->stack; /* one above the topmost value */

	for (size_t i = 0; i < p->n; i++) {
		switch (p->code[i].op) {
		case OP_WORD:
			*top++ = has(t, p->code[i].word);
			break;
		case OP_NOT:
			top[-1] = !top[-1];
			break;
		case OP_AND:
			top--;
			top[-1] = top[-1] && top[0];
			break;
		case OP_OR:
			top--;
			top[-1] = top[-1] || top[0];
			break;
		}
	}
	return p->n == 0 || p->stack[0];
}

static int choose(struct test_suite *s, const struct program *names, const struct program *tags,
		  struct iso_err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_tests; i++) {
		struct test *t = s->tests[i];

		if (matches(names, t, id_has) && matches(tags, t, tags_have))
			s->tests[kept++] = t;
	}
	s->n_tests = kept;
	return links_complete(s) < 0 ? iso_err_set(err, ISO_ERR_HOST, ENOMEM, "choose tests") : 0;
}

int select_tests(struct test_suite *s, const char *k_expr, const char *m_expr,
		 struct iso_err *err)
{
	struct program names = { NULL, 0, NULL };
	struct program tags = { NULL, 0, NULL };
	int r = compile("-k", k_expr, &names, err);

	if (r == 0)
		r = compile("-m", m_expr, &tags, err);
	if (r == 0 && (names.n || tags.n))
		r = choose(s, &names, &tags, err);
	program_fini(&names);
	program_fini(&tags);
	return r;
}
