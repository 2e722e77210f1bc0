/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/policy.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

enum { LINE_MAX_BYTES = 76 };

static void put_section(struct buf *b, int answer)
{
	if (answer == POLICY_ALLOW)
		buf_adds(b, "\n[allow]\n");
	else if (answer == EPERM)
		buf_adds(b, "\n[refuse]\n");
	else
		buf_addf(b, "\n[refuse %s]\n", policy_errno_name(answer));
}

/* All calls that always have this answer. */
static void put_calls(const struct policy *p, int answer, struct buf *b)
{
	size_t column = 0;

	for (const struct policy_rule *r = p->first; r; r = r->next) {
		if (r->n_conds || r->answer != answer)
			continue;
		if (!column) {
			put_section(b, answer);
			buf_adds(b, "calls =");
			column = strlen("calls =");
		} else if (column + strlen(r->call) > LINE_MAX_BYTES) {
			buf_adds(b, "\n\t");
			column = 8;
		}
		buf_addf(b, " %s", r->call);
		column += strlen(r->call) + 1;
	}
	if (column)
		buf_addc(b, '\n');
}

/* In their order, which counts. */
static void put_conditions(const struct policy *p, struct buf *b)
{
	int answer = -1;

	for (const struct policy_rule *r = p->first; r; r = r->next) {
		if (!r->n_conds)
			continue;
		if (r->answer != answer)
			put_section(b, r->answer);
		answer = r->answer;
		buf_addf(b, "%s = %s\n", r->call, r->text);
	}
}

void policy_to_text(const struct policy *p, struct buf *b)
{
	bool done[256] = { false }; /* errnos that the names know are below */

	buf_adds(b, "[policy]\n");
	if (p->description)
		buf_addf(b, "description = %s\n", p->description);
	buf_addf(b, "default = %s\n",
		 p->answer == POLICY_ALLOW ? "allow"
		 : p->answer == EPERM	   ? "refuse"
					   : policy_errno_name(p->answer));
	buf_addf(b, "compat = %s\n", p->compat ? "yes" : "no");
	for (const struct policy_rule *r = p->first; r; r = r->next) {
		if (r->n_conds || done[r->answer & 0xff])
			continue;
		done[r->answer & 0xff] = true;
		put_calls(p, r->answer, b);
	}
	put_conditions(p, b);
}
