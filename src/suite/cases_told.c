/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/cases_told.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

struct reading {
	const struct test *const *asked;
	struct case_found *found;
	size_t n;
	size_t next;            /* programs tell of cases in the order in which they list them */
	struct cases_facts facts;
};

static void keep_line(char ret[CASES_WHY_MAX], const char *text)
{
	(void)snprintf(ret, CASES_WHY_MAX, "%.*s", (int)strcspn(text, "\r\n"), text);
}

static bool is_it(const struct test *t, const struct case_told *told)
{
	return str_eq(t->case_name, told->name) &&
	       str_eq(t->case_suite ? t->case_suite : "", told->suite ? told->suite : "");
}

/* n: nobody asked for it. */
static size_t index_of(const struct reading *r, const struct case_told *told)
{
	for (size_t k = 0; k < r->n; k++) {
		const size_t i = (r->next + k) % r->n;

		if (is_it(r->asked[i], told))
			return i;
	}
	return r->n;
}

void case_found_note(struct case_found *f, const struct case_told *told)
{
	f->again = f->found;
	if (!f->found || told->outcome == OUTCOME_FAILED)
		f->outcome = told->outcome;
	f->wall_ns = told->wall_ns;
	f->found = true;
	keep_line(f->why, told->why ? told->why : "");
}

static void note(struct reading *r, size_t i, const struct case_told *told)
{
	r->facts.n_missing -= !r->found[i].found;
	case_found_note(&r->found[i], told);
	r->next = i + 1;
}

static void note_first(struct cases_facts *facts, const struct case_told *told)
{
	const bool failed = told->outcome == OUTCOME_FAILED;
	const size_t n_before = failed ? facts->n_failed : facts->n_failed + facts->n_skipped;

	if (n_before || told->outcome == OUTCOME_PASSED)
		return;
	if (failed)
		(void)snprintf(facts->failed, sizeof(facts->failed), "%s%s%s",
			       told->suite ? told->suite : "", told->suite ? "." : "", told->name);
	keep_line(facts->why, told->why ? told->why : "");
}

static int on_told(const struct case_told *told, void *arg)
{
	struct reading *r = arg;
	const size_t i = index_of(r, told);

	if (i < r->n)
		note(r, i, told);
	note_first(&r->facts, told);
	r->facts.n++;
	r->facts.n_failed += told->outcome == OUTCOME_FAILED;
	r->facts.n_skipped += told->outcome == OUTCOME_SKIPPED;
	return 0;
}

int cases_told_read(const struct cases_driver *driver, char *text, size_t len,
		    const struct test *const *asked, size_t n, struct case_found *ret_found,
		    struct cases_facts *ret)
{
	struct reading reading = {
		.asked = asked,
		.found = ret_found,
		.n = n,
		.facts = { .asked = true, .whole = true, .n_missing = n },
	};

	for (size_t i = 0; i < n; i++)
		ret_found[i] = (struct case_found){ .found = false };
	const int r = driver->read(text, len, on_told, &reading);
	*ret = reading.facts;
	if (r == -ENOMEM || r == 0)
		return r;
	for (size_t i = 0; i < n; i++)
		ret_found[i] = (struct case_found){ .found = false };
	*ret = (struct cases_facts){ .asked = true, .n_missing = n };
	return 0;
}
