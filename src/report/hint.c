/* SPDX-License-Identifier: Apache-2.0 */
#include "report/hint.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

/* What the C library, or a language's own, says of an error that sandboxes cause. */
struct sign {
	const char *said;
	const char *option;   /* of isorun: who gave it knows; NULL: none */
	const char *hint;
};

static const struct sign signs[] = {
	{ "Read-only file system", NULL,
	  "its sandbox has this path read-only: --bind PATH lets it write there" },
	{ "No space left on device", "--tmp-size",
	  "its private directories are full: --tmp-size SIZE, or --scratch disk" },
	{ "Network is unreachable", "--net", "it has a network of its own: --net nat, or host" },
	{ "Temporary failure in name resolution", "--net",
	  "it has a network of its own: --net nat, or host" },
	{ "Could not resolve host", "--net", "it has a network of its own: --net nat, or host" },
	{ "Operation not permitted", "--seccomp",
	  "if a system call was refused, --seccomp-log says which, and what permits it" },
	{ "Function not implemented", "--seccomp",
	  "if a system call was refused, --seccomp-log says which, and what permits it" },
};

static bool was_refused_a_call(const struct fold *f, const struct fold_test *t)
{
	for (const struct fold_refusal *r = f->refusals; r; r = r->next)
		if (str_eq(r->test, t->id))
			return true;
	return false;
}

static const char *memory_hint(const struct fold *f, const struct fold_test *t)
{
	const struct fold_attempt *a = t->last_attempt;

	if (f->budget_bytes && a && a->mem_limit_bytes >= f->budget_bytes)
		return "it had the whole budget: --budget SIZE, where the machine has more";
	if (t->mem_origin == DEMAND_DECLARED)
		return "that limit was declared: --memory SIZE, or memory = SIZE in the manifest";
	return "--memory SIZE, or memory = SIZE in the manifest, lets it begin with more";
}

static const char *sign_hint(const struct fold *f, const struct fold_test *t, const char *output,
			     size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		const struct sign *s = &signs[i];
		if (!memmem(output, len, s->said, strlen(s->said)) ||
		    (s->option && strstr(t->options, s->option)))
			continue;
		/* The summary has the lines that permit it. */
		if (str_eq(s->option ? s->option : "", "--seccomp") && was_refused_a_call(f, t))
			continue;
		return s->hint;
	}
	return NULL;
}

const char *hint_of(const struct fold *f, const struct fold_test *t, const char *output,
		    size_t len)
{
	switch (t->outcome) {
	case OUTCOME_OUT_OF_MEMORY:
		return memory_hint(f, t);
	case OUTCOME_TIMED_OUT:
		return "--timeout TIME, or timeout = TIME in the manifest, gives it longer";
	case OUTCOME_FAILED:
	case OUTCOME_CRASHED:
		return len ? sign_hint(f, t, output, len) : NULL;
	default:
		return NULL;
	}
}
