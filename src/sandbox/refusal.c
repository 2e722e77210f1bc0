/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "model/result.h"
#include "sandbox/seccomp.h"
#include "sandbox/step.h"

/* The arguments up to the last that is not 0: how many a call takes is not known. */
static void put_call(const struct sbx_refused *r, const char *name, struct buf *b)
{
	unsigned n = POLICY_CALL_ARGS;

	while (n && !r->args[n - 1])
		n--;
	buf_addf(b, "%s(", name);
	for (unsigned i = 0; i < n; i++)
		buf_addf(b, "%s0x%" PRIx64, i ? ", " : "", r->args[i]);
	buf_addc(b, ')');
}

/* What the policy looked at to refuse it is what a rule has to name. */
static void put_permit(const struct sbx_refused *r, const char *name, struct buf *b)
{
	const char *joint = "=";

	if (!r->looked) {
		buf_addf(b, "[allow] calls = %s", name);
		return;
	}
	buf_addf(b, "[allow] %s ", name);
	for (unsigned i = 0; i < POLICY_CALL_ARGS; i++) {
		const unsigned halves = r->looked >> 2 * i & 3;
		if (halves & 2)
			buf_addf(b, "%s arg%u == 0x%" PRIx64, joint, i, r->args[i]);
		else if (halves)
			buf_addf(b, "%s int%u == 0x%" PRIx32, joint, i, (uint32_t)r->args[i]);
		if (halves)
			joint = " and";
	}
}

/* Calls of an ABI that is closed have no rule of their own. */
static const char *closed_abi(const struct sbx_refused *r)
{
	if (r->arch == AUDIT_ARCH_X86_64 && r->nr >= 0x40000000)
		return "x32";
	return r->arch == seccomp_native() ? NULL : "32-bit";
}

static void put_all(const struct sbx_refused *r, struct buf *call, struct buf *permit)
{
	_cleanup_free_ char *name = seccomp_call_name(r->arch, r->nr);
	const char *abi = closed_abi(r);

	if (abi)
		buf_addf(call, "%s ", abi);
	if (name)
		put_call(r, name, call);
	else
		buf_addf(call, "call %d", r->nr);
	/* A refusal that looked at nothing may be one of the whole ABI. */
	if (abi && (!name || !r->looked) && r->code == ENOSYS)
		buf_adds(permit, strcmp(abi, "x32") ? "[policy] compat = yes"
						    : "nothing, x32 is closed");
	else if (name)
		put_permit(r, name, permit);
	else
		buf_adds(permit, "nothing, no name of it is known");
}

int seccomp_name_refusal(const struct sbx_refused *r, struct refusal *ret)
{
	_cleanup_buf_ struct buf call = BUF_INIT;
	_cleanup_buf_ struct buf permit = BUF_INIT;
	struct refusal named = {
		.error = strdup(policy_errno_name(r->code)),
		.program = strndup(r->name, sizeof(r->name)),
		.count = r->count,
	};

	put_all(r, &call, &permit);
	int code = buf_finish(&call, &named.call);
	if (code == 0)
		code = buf_finish(&permit, &named.permit);
	if (code == 0 && (!named.error || !named.program))
		code = -ENOMEM;
	if (code < 0)
		refusal_fini(&named);
	else
		*ret = named;
	return code;
}
