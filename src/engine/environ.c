/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/attempt.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/tokens.h"

enum {
	PORTS_EACH = 100,
	PORTS_FIRST = 10000, /* below 32768, where the kernel hands out ports by default (ip(7)) */
	PORTS_SLOTS = 200,
};

static size_t name_len(const char *entry)
{
	return strcspn(entry, "=");
}

static bool passes(const struct spec *spec, const char *entry)
{
	if (!spec->env_clear)
		return true;
	_cleanup_free_ char *name = strndup(entry, name_len(entry));
	for (size_t i = 0; name && i < strv_len(spec->env_pass); i++)
		if (fnmatch(spec->env_pass[i], name, 0) == 0)
			return true;
	return false;
}

/* Replaces the entry of the same name, or adds one. */
static int put(char ***env, const char *entry)
{
	size_t n = name_len(entry);

	for (size_t i = 0; i < strv_len(*env); i++)
		if (name_len((*env)[i]) == n && strncmp((*env)[i], entry, n) == 0) {
			char *copy = strdup(entry);
			if (!copy)
				return -ENOMEM;
			free((*env)[i]);
			(*env)[i] = copy;
			return 0;
		}
	return strv_add(env, entry);
}

static int putf(char ***env, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int putf(char ***env, const char *fmt, ...)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	return b.error ? b.error : put(env, buf_str(&b));
}

static bool has_private_tmp(const struct spec *spec)
{
	return (spec->namespaces & SPEC_NS_MOUNT) && strv_has(spec->private_dirs, "/tmp");
}

static const char *get(char *const *env, const char *name)
{
	const size_t n = strlen(name);

	for (; *env; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

/* What a test holds is its own to hand on, and its locks are not in the way of what it starts.
 * Together these tell it from all others that live: a test of a suite has the run's name and
 * its own, any other the ledger's slot. */
uint64_t attempt_scope(const struct attempt *a, uint64_t scope)
{
	static const char *const names[] = {
		"ISORUN_RUN", "ISORUN_TEST", "ISORUN_ATTEMPT", "ISORUN_SLOT", "ISORUN_PORT_BASE",
	};
	char *const *env = a->rq.env ? a->rq.env : environ;

	if (!get(env, "ISORUN"))
		return scope;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = get(env, names[i]);

		scope = amount_scope(scope, value ? value : "", value ? strlen(value) + 1 : 1);
	}
	return scope;
}

bool attempt_has_ports(const struct attempt *a)
{
	return ledger_slot(a->claim) < PORTS_SLOTS;
}

/* What a /proc/meminfo of its own would tell, for those that can be told otherwise:
 * numpy/testing/_private/utils.py, scipy/_lib/_testutils.py. */
static int put_available(const struct attempt *a, char ***env)
{
	static const char *const names[] = { "NPY_AVAILABLE_MEM", "SCIPY_AVAILABLE_MEM" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(names); i++)
		if (!get(*env, names[i]))
			r = putf(env, "%s=%" PRIu64, names[i], attempt_most_bytes(a));
	return r;
}

/* "ISORUN_TOKEN_GPU=0,2": what is no letter nor digit is written '_'. */
static int put_units(const struct amount *token, char ***env)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	char before = '=';

	buf_adds(&b, "ISORUN_TOKEN_");
	for (const char *c = token->name; *c; c++)
		buf_addc(&b, isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_');
	for (unsigned i = 0; i < AMOUNT_UNITS; i++) {
		if (!(token->units >> i & 1))
			continue;
		buf_addf(&b, "%c%u", before, i);
		before = ',';
	}
	return b.error ? b.error : put(env, buf_str(&b));
}

static int put_gpus(const struct attempt *a, uint64_t units, char ***env)
{
	_cleanup_free_ char *names = NULL;
	int r = tokens_gpu_names(a->rq.env ? a->rq.env : environ, units, &names);

	if (r == 0)
		r = putf(env, "CUDA_VISIBLE_DEVICES=%s", names);
	return r < 0 ? r : putf(env, "ROCR_VISIBLE_DEVICES=%s", names);
}

static int put_tokens(const struct attempt *a, char ***env)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < a->amounts.n; i++) {
		const struct amount *amount = &a->amounts.list[i];

		if (amount->kind != AMOUNT_TOKEN)
			continue;
		r = put_units(amount, env);
		if (r == 0 && str_eq(amount->name, "gpu"))
			r = put_gpus(a, amount->units, env);
	}
	return r;
}

static int put_own(const struct attempt *a, char ***env)
{
	const struct attempt_request *rq = &a->rq;
	unsigned slot = rq->slot >= 0 ? (unsigned)rq->slot : ledger_slot(a->claim);
	/* Ports by the ledger's slot in any case: other isorun processes' tests
	 * must not get them either. */
	unsigned ports = ledger_slot(a->claim);
	int r = put(env, "ISORUN=1");

	if (r == 0 && rq->test_id)
		r = putf(env, "ISORUN_TEST=%s", rq->test_id);
	if (r == 0 && rq->run)
		r = putf(env, "ISORUN_RUN=%s", rq->run);
	if (r == 0)
		r = putf(env, "ISORUN_ATTEMPT=%u", rq->attempt ? rq->attempt : 1);
	if (r == 0)
		r = putf(env, "ISORUN_SLOT=%u", slot);
	if (r == 0 && attempt_has_ports(a))
		r = putf(env, "ISORUN_PORT_BASE=%u", PORTS_FIRST + ports * PORTS_EACH);
	if (r == 0)
		r = putf(env, "ISORUN_MEMORY=%" PRIu64, a->mem_bytes);
	if (r == 0 && a->bare && rq->spec->meminfo == SPEC_MEMINFO_OWN)
		r = put_available(a, env);
	if (r == 0)
		r = put_tokens(a, env);
	if (r == 0)
		r = putf(env, "ISORUN_WAITED_MS=%" PRId64, a->waited_ns / NSEC_PER_MSEC);
	if (r == 0 && a->scratch)
		r = putf(env, "TMPDIR=%s", a->scratch);
	else if (r == 0 && !a->bare && has_private_tmp(rq->spec))
		r = put(env, "TMPDIR=/tmp");
	return r;
}

int attempt_environ(const struct attempt *a, char ***ret)
{
	char *const *from = a->rq.env ? a->rq.env : environ;
	_cleanup_strv_ char **env = NULL;
	int r = 0;

	/* A fork of another process has that one's. */
	for (size_t i = 0; r == 0 && !a->rq.lent && from[i]; i++)
		/* Options for one isorun are not those of the isoruns that its test starts. */
		if (passes(a->rq.spec, from[i]) && !str_starts(from[i], "ISORUN_OPTIONS="))
			r = strv_add(&env, from[i]);
	if (r == 0)
		r = put_own(a, &env);
	for (size_t i = 0; r == 0 && i < strv_len(a->rq.spec->env_set); i++)
		r = put(&env, a->rq.spec->env_set[i]);
	if (r == 0)
		*ret = TAKE_PTR(env);
	return r;
}
