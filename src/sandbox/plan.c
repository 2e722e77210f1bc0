/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

static struct sbx_step *add_step(struct sbx_plan *p, struct step_list *list, enum sbx_op op)
{
	static struct sbx_step nowhere;

	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 32;
		struct sbx_step *steps = realloc(list->steps, cap * sizeof(*steps));
		if (!steps) {
			p->failed = true;
			return &nowhere;
		}
		list->steps = steps;
		list->cap = cap;
	}
	struct sbx_step *s = &list->steps[list->n++];
	*s = (struct sbx_step){ .op = op, .fd = -1 };
	return s;
}

struct sbx_step *plan_init_step(struct sbx_plan *p, enum sbx_op op)
{
	return add_step(p, &p->init, op);
}

struct sbx_step *plan_test_step(struct sbx_plan *p, enum sbx_op op)
{
	return add_step(p, &p->test, op);
}

const char *plan_str(struct sbx_plan *p, const char *s)
{
	char *copy = arena_strdup(p->arena, s);

	if (!copy)
		p->failed = true;
	return copy ? copy : "";
}

const char *plan_fmt(struct sbx_plan *p, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		text = NULL;
		p->failed = true;
		return "";
	}
	return plan_str(p, text);
}
