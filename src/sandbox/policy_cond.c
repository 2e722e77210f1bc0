/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/policy.h"

#include <ctype.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "base/str.h"

enum { CONDS_MAX = 8 };

struct name {
	const char *name;
	uint64_t value;
};

#define NAME(constant) { #constant, (uint64_t)(constant) }

/* Those that conditions are about; anything else is written as a number. */
static const struct name constants[] = {
	NAME(AF_ALG), NAME(AF_BLUETOOTH), NAME(AF_CAN), NAME(AF_INET), NAME(AF_INET6),
	NAME(AF_KEY), NAME(AF_NETLINK), NAME(AF_PACKET), NAME(AF_RDS), NAME(AF_TIPC),
	NAME(AF_UNIX), NAME(AF_VSOCK), NAME(AF_XDP),
	NAME(CLONE_NEWCGROUP), NAME(CLONE_NEWIPC), NAME(CLONE_NEWNET), NAME(CLONE_NEWNS),
	NAME(CLONE_NEWPID), NAME(CLONE_NEWTIME), NAME(CLONE_NEWUSER), NAME(CLONE_NEWUTS),
	NAME(MAP_SHARED),
	NAME(NETLINK_AUDIT), NAME(NETLINK_GENERIC), NAME(NETLINK_KOBJECT_UEVENT),
	NAME(NETLINK_NETFILTER), NAME(NETLINK_ROUTE), NAME(NETLINK_SOCK_DIAG),
	NAME(PER_LINUX), NAME(PER_LINUX32), NAME(ADDR_NO_RANDOMIZE), NAME(UNAME26),
	NAME(PROT_EXEC), NAME(PROT_READ), NAME(PROT_WRITE),
	NAME(PR_SET_MM), NAME(PR_SET_SECCOMP),
	NAME(SOCK_DGRAM), NAME(SOCK_RAW), NAME(SOCK_STREAM),
	NAME(TIOCCONS), NAME(TIOCLINUX), NAME(TIOCSCTTY), NAME(TIOCSETD), NAME(TIOCSTI),
};

static const struct name errnos[] = {
	NAME(EACCES), NAME(EAFNOSUPPORT), NAME(EAGAIN), NAME(EBADF), NAME(EBUSY), NAME(EINVAL),
	NAME(EIO), NAME(ENODEV), NAME(ENOENT), NAME(ENOMEM), NAME(ENOSYS), NAME(ENOTTY),
	NAME(EOPNOTSUPP), NAME(EPERM), NAME(EPROTONOSUPPORT),
};

static const char *const ops[] = {
	[POLICY_EQ] = "==", [POLICY_NE] = "!=", [POLICY_LT] = "<",
	[POLICY_LE] = "<=", [POLICY_GT] = ">",  [POLICY_GE] = ">=",
};

/* A condition being read. */
struct scan {
	const char *at;
	const char *text;
	const struct policy_rule *rule;
	struct iso_err *err;
};

static const char *name_at(size_t i, const void *names)
{
	return ((const struct name *)names)[i].name;
}

static int refuse(const struct scan *s, const char *why)
{
	return iso_err_set(s->err, ISO_ERR_USAGE, 0, "%s: %s '%.160s': %s", s->rule->where,
			   s->rule->call, s->text, why);
}

static void skip_blanks(struct scan *s)
{
	while (isspace((unsigned char)*s->at))
		s->at++;
}

static bool take(struct scan *s, const char *word)
{
	skip_blanks(s);
	if (!str_starts(s->at, word))
		return false;
	s->at += strlen(word);
	return true;
}

static int refuse_constant(const struct scan *s, const char *word)
{
	const char *near = str_nearest(word, ARRAY_SIZE(constants), name_at, constants);

	iso_err_set(s->err, ISO_ERR_USAGE, 0, "%s: %s '%.160s': '%s' is no number", s->rule->where,
		    s->rule->call, s->text, word);
	if (near)
		iso_err_hint(s->err, "did you mean '%s'?", near);
	return -EINVAL;
}

static int read_number(const char *word, uint64_t *ret)
{
	uint64_t n = 0;

	if (!str_starts(word, "0x"))
		return num_parse_u64(word, ret);
	word += 2;
	if (!*word || strlen(word) > 16)
		return -EINVAL;
	for (; *word; word++) {
		if (!isxdigit((unsigned char)*word))
			return -EINVAL;
		const char c = (char)tolower((unsigned char)*word);
		n = n << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*ret = n;
	return 0;
}

/* A number, decimal or 0x, or the name of one. */
static int take_term(struct scan *s, uint64_t *ret)
{
	char word[64];
	size_t n = 0;

	skip_blanks(s);
	while (n < sizeof(word) - 1 && (isalnum((unsigned char)s->at[n]) || s->at[n] == '_')) {
		word[n] = s->at[n];
		n++;
	}
	word[n] = '\0';
	if (!n)
		return refuse(s, "a number is missing");
	s->at += n;
	if (isdigit((unsigned char)*word))
		return read_number(word, ret) < 0 ? refuse_constant(s, word) : 0;
	for (size_t i = 0; i < ARRAY_SIZE(constants); i++)
		if (str_eq(constants[i].name, word)) {
			*ret = constants[i].value;
			return 0;
		}
	return refuse_constant(s, word);
}

static int take_number(struct scan *s, uint64_t *ret)
{
	uint64_t all = 0;
	uint64_t term = 0;

	do {
		int r = take_term(s, &term);
		if (r < 0)
			return r;
		all |= term;
	} while (take(s, "|"));
	*ret = all;
	return 0;
}

static int take_op(struct scan *s, enum policy_op *ret)
{
	/* The longer ones first. */
	static const enum policy_op order[] = { POLICY_EQ, POLICY_NE, POLICY_LE,
						POLICY_GE, POLICY_LT, POLICY_GT };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (take(s, ops[order[i]])) {
			*ret = order[i];
			return 0;
		}
	return refuse(s, "expected one of == != < <= > >= after the argument");
}

static int take_cond(struct scan *s, struct policy_cond *ret)
{
	struct policy_cond c = { 0 };

	c.low = take(s, "int");
	if (!c.low && !take(s, "arg"))
		return refuse(s, "expected arg0 to arg5, or int0 to int5");
	if (*s->at < '0' || *s->at >= '0' + POLICY_CALL_ARGS)
		return refuse(s, "arguments are numbered from 0 to 5");
	c.arg = (unsigned)(*s->at++ - '0');
	c.mask = c.low ? UINT32_MAX : UINT64_MAX;
	int r = take(s, "&") ? take_number(s, &c.mask) : 0;
	if (r == 0)
		r = take_op(s, &c.op);
	if (r == 0)
		r = take_number(s, &c.value);
	if (r < 0)
		return r;
	if (c.low && (c.mask > UINT32_MAX || c.value > UINT32_MAX))
		return refuse(s, "does not fit the 32 bits of an int");
	if (c.op == POLICY_EQ && (c.value & ~c.mask))
		return refuse(s, "never holds: the value has bits that the mask takes away");
	*ret = c;
	return 0;
}

int policy_parse_conds(struct policy *p, struct policy_rule *rule, const char *text,
		       struct iso_err *err)
{
	struct scan s = { .at = text, .text = text, .rule = rule, .err = err };
	struct policy_cond found[CONDS_MAX];
	size_t n = 0;

	do {
		if (n == CONDS_MAX)
			return refuse(&s, "too many conditions in a row");
		int r = take_cond(&s, &found[n++]);
		if (r < 0)
			return r;
	} while (take(&s, "and "));
	skip_blanks(&s);
	if (*s.at)
		return refuse(&s, "expected 'and' or nothing after the condition");
	rule->conds = arena_alloc(p->arena, n * sizeof(*rule->conds));
	rule->text = arena_strdup(p->arena, text);
	if (!rule->conds || !rule->text)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "%s", rule->where);
	memcpy(rule->conds, found, n * sizeof(*rule->conds));
	rule->n_conds = n;
	return 0;
}

int policy_errno(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++)
		if (str_eq(errnos[i].name, name))
			return (int)errnos[i].value;
	return -1;
}

const char *policy_errno_name(int code)
{
	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++)
		if ((int)errnos[i].value == code)
			return errnos[i].name;
	return "an error";
}
