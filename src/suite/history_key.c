/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/history_key.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/elf.h"
#include "base/str.h"
#include "suite/test_env.h"

enum { STATED_MAX = 40 };

/* Sorted.  How many threads there are, and so their stacks and arenas; what a runtime
 * may take; what allocates. */
static const struct variable {
	const char *name;
	bool by_name; /* its value says nothing */
} variables[] = {
	{ "ASAN_OPTIONS", true },
	{ "GOGC", false },
	{ "GOMAXPROCS", false },
	{ "GOMEMLIMIT", false },
	{ "JAVA_TOOL_OPTIONS", false },
	{ "LD_PRELOAD", false },
	{ "MALLOC_ARENA_MAX", false },
	{ "MKL_NUM_THREADS", false },
	{ "MSAN_OPTIONS", true },
	{ "NODE_OPTIONS", false },
	{ "NPY_AVAILABLE_MEM", false },
	{ "NUMEXPR_NUM_THREADS", false },
	{ "OMP_NUM_THREADS", false },
	{ "OPENBLAS_NUM_THREADS", false },
	{ "PYTHONMALLOC", false },
	{ "RAYON_NUM_THREADS", false },
	{ "TSAN_OPTIONS", true },
	{ "UBSAN_OPTIONS", true },
};

/* Each stands among the dynamic symbols of what gcc and clang link with it, with the
 * runtime as a library or not. */
static const char *const runtimes[] = {
	"__asan_init", "__hwasan_init", "__msan_init", "__tsan_init",
};
static const char *const sanitizers[] = { "asan", "hwasan", "msan", "tsan" };
static_assert(ARRAY_SIZE(runtimes) == ARRAY_SIZE(sanitizers), "a word for each runtime");

const char *history_key_variable(size_t i)
{
	return i < ARRAY_SIZE(variables) ? variables[i].name : NULL;
}

int history_key_check(const char *stated, const char *where, struct iso_err *err)
{
	bool good = *stated && strlen(stated) <= STATED_MAX;

	for (const char *s = stated; *s; s++)
		good = good && isgraph((unsigned char)*s);
	if (good)
		return 0;
	return iso_err_set(err, ISO_ERR_USAGE, EINVAL,
			   "%s: '%.60s' is no word of at most %d letters and signs", where,
			   stated, STATED_MAX);
}

static void add_word(struct buf *b, const char *word)
{
	buf_adds(b, b->len ? " " : "");
	buf_adds(b, word);
}

/* argv[0] is found as the test will find it where it holds a slash; names are looked
 * up in PATH, and what stands there is hardly built with a sanitizer. */
static void add_build(struct buf *b, const struct test *t)
{
	_cleanup_free_ char *path = NULL;
	const char *found;

	if (!t->argv || !t->argv[0] || !strchr(t->argv[0], '/'))
		return;
	path = t->cwd ? path_join(t->cwd, t->argv[0]) : strdup(t->argv[0]);
	found = path ? elf_dynamic_name(path, runtimes, ARRAY_SIZE(runtimes)) : NULL;
	for (size_t i = 0; found && i < ARRAY_SIZE(runtimes); i++)
		if (found == runtimes[i])
			add_word(b, sanitizers[i]);
}

static void add_spec(struct buf *b, const struct spec *spec)
{
	if (spec->scratch == SPEC_SCRATCH_DISK)
		add_word(b, "scratch=disk");
	if (spec->workspace != SPEC_TREE_OVERLAY)
		add_word(b, spec->workspace == SPEC_TREE_SHARED ? "workspace=shared"
								: "workspace=readonly");
}

static void add_variables(struct buf *b, const struct test *t, const struct spec *spec)
{
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		const char *value = test_env_value(t, spec, variables[i].name);

		if (!value)
			continue;
		add_word(b, variables[i].name);
		if (variables[i].by_name)
			continue;
		buf_addc(b, '=');
		for (; *value; value++)
			buf_addc(b, isgraph((unsigned char)*value) ? *value : '_');
	}
}

/* FNV-1a: the same in every version and on every machine. */
static uint64_t hash_of(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

void history_key_of(const struct test *t, const struct spec *spec, const char *stated,
		    char ret[HISTORY_KEY_MAX])
{
	enum { TAIL = 18 }; /* a blank, "#" and 16 digits */
	_cleanup_buf_ struct buf b = BUF_INIT;

	if (stated)
		add_word(&b, stated);
	add_build(&b, t);
	add_spec(&b, spec);
	add_variables(&b, t, spec);
	if (b.len < HISTORY_KEY_MAX)
		(void)snprintf(ret, HISTORY_KEY_MAX, "%s", buf_str(&b));
	else
		(void)snprintf(ret, HISTORY_KEY_MAX, "%.*s #%016" PRIx64,
			       HISTORY_KEY_MAX - 1 - TAIL, buf_str(&b), hash_of(buf_str(&b)));
}
