/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds the expressions of -k and -m, a line each. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "suite/select.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *const tags[] = { (char *)"slow", (char *)"db", NULL };

static void fill(struct test_suite *s)
{
	static const char *const ids[] = { "tests/a.t", "test_http[1]", "slow", "Not or And" };

	assert(test_suite_init(s) == 0);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct test *t = test_suite_add(s);
		assert(t);
		t->id = ids[i];
		t->tags = i % 2 ? test_suite_strv(s, tags) : NULL;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_
	char *k_expr = malloc(size + 1);
	struct test_suite s;
	struct iso_err err = ISO_ERR_INIT;

	if (!k_expr)
		return 0;
	if (size)
		memcpy(k_expr, data, size);
	k_expr[size] = '\0';
	char *m_expr = strchr(k_expr, '\n');
	if (m_expr)
		*m_expr++ = '\0';
	fill(&s);
	if (select_tests(&s, k_expr, m_expr, &err) < 0)
		assert(err.text[0] && err.kind == ISO_ERR_USAGE);
	assert(s.n_tests <= 4);
	test_suite_fini(&s);
	return 0;
}
