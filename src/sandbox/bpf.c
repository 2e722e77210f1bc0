/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the filter is laid out: theory of operation.
 *
 * The kernel checks, converts and compiles a filter at every launch, and runs it
 * once for every call number to find those that are always allowed, so its length
 * is time.  Numbers with one answer are ranges; a binary tree of "at or above?"
 * finds the range; leaves share their return instructions.
 *
 * It is written from its end to its start, because jumps go forward only: what an
 * instruction leads to is there when it is written.  A place in it is therefore
 * counted from the end.
 */
#include "sandbox/bpf.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>

enum {
	REACH = 250,      /* jumps have eight bits; a few instructions may come in between */
	ANSWERS_MAX = 32, /* different ones in a filter */
};

struct writer {
	struct sock_filter *code; /* of BPF_MAXINSNS, filled from its end */
	size_t n;
	bool full;
	struct {
		int answer;
		size_t at;
	} returns[ANSWERS_MAX];   /* the nearest of each answer */
	size_t n_returns;
};

static size_t put(struct writer *w, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	if (w->n == BPF_MAXINSNS) {
		w->full = true;
		return w->n - 1;
	}
	w->code[BPF_MAXINSNS - 1 - w->n] = (struct sock_filter){ code, jt, jf, k };
	return w->n++;
}

static bool reaches(const struct writer *w, size_t target)
{
	return w->n - target <= REACH;
}

static size_t put_return(struct writer *w, int answer)
{
	const uint32_t k = answer == POLICY_ALLOW
				   ? SECCOMP_RET_ALLOW
				   : SECCOMP_RET_ERRNO | ((uint32_t)answer & SECCOMP_RET_DATA);
	size_t i = 0;

	while (i < w->n_returns && w->returns[i].answer != answer)
		i++;
	if (i < w->n_returns && reaches(w, w->returns[i].at))
		return w->returns[i].at;
	const size_t at = put(w, BPF_RET | BPF_K, 0, 0, k);
	if (i == ANSWERS_MAX)
		return at;
	w->returns[i].answer = answer;
	w->returns[i].at = at;
	if (i == w->n_returns)
		w->n_returns++;
	return at;
}

/* A place within reach that leads to the target. */
static size_t near(struct writer *w, size_t target)
{
	if (reaches(w, target))
		return target;
	return put(w, BPF_JMP | BPF_JA, 0, 0, (uint32_t)(w->n - target - 1));
}

static size_t put_jump(struct writer *w, uint16_t test, uint32_t k, size_t yes, size_t no)
{
	if (yes == no)
		return yes;
	yes = near(w, yes);
	no = near(w, no);
	return put(w, BPF_JMP | test | BPF_K, (uint8_t)(w->n - yes - 1), (uint8_t)(w->n - no - 1),
		   k);
}

static size_t put_load(struct writer *w, size_t offset)
{
	return put(w, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

/* Loads one half of an argument, masked. */
static size_t put_load_half(struct writer *w, const struct policy_cond *c, bool high)
{
	const uint32_t mask = (uint32_t)(high ? c->mask >> 32 : c->mask);
	const size_t at = offsetof(struct seccomp_data, args) + c->arg * sizeof(uint64_t);

	if (mask != UINT32_MAX)
		put(w, BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
	/* x86-64 and arm64 are little-endian: the low half comes first. */
	return put_load(w, at + (high ? sizeof(uint32_t) : 0));
}

/* The low half decides; the high one, where it counts, has been found equal. */
static size_t put_low(struct writer *w, const struct policy_cond *c, size_t yes, size_t no)
{
	const uint32_t k = (uint32_t)c->value;

	switch (c->op) {
	case POLICY_EQ:
		put_jump(w, BPF_JEQ, k, yes, no);
		break;
	case POLICY_NE:
		put_jump(w, BPF_JEQ, k, no, yes);
		break;
	case POLICY_LT:
		put_jump(w, BPF_JGE, k, no, yes);
		break;
	case POLICY_LE:
		put_jump(w, BPF_JGT, k, no, yes);
		break;
	case POLICY_GT:
		put_jump(w, BPF_JGT, k, yes, no);
		break;
	case POLICY_GE:
		put_jump(w, BPF_JGE, k, yes, no);
		break;
	}
	return put_load_half(w, c, false);
}

static size_t put_cond(struct writer *w, const struct policy_cond *c, size_t yes, size_t no)
{
	const uint32_t k = (uint32_t)(c->value >> 32);
	const bool greater = c->op == POLICY_GT || c->op == POLICY_GE || c->op == POLICY_NE;
	const bool less = c->op == POLICY_LT || c->op == POLICY_LE || c->op == POLICY_NE;

	if (yes == no)
		return yes;
	const size_t low = put_low(w, c, yes, no);
	if (c->low || (!(c->mask >> 32) && !k))
		return low;
	/* Above, below, equal. */
	const size_t differs = put_jump(w, BPF_JGT, k, greater ? yes : no, less ? yes : no);
	put_jump(w, BPF_JEQ, k, low, differs);
	return put_load_half(w, c, true);
}

static size_t put_range(struct writer *w, const struct bpf_range *r)
{
	size_t next = put_return(w, r->answer);

	for (size_t i = r->n_rules; i-- > 0;) {
		const struct policy_rule *rule = r->rules[i];
		const size_t otherwise = next;
		next = put_return(w, rule->answer);
		for (size_t k = rule->n_conds; k-- > 0;)
			next = put_cond(w, &rule->conds[k], next, otherwise);
	}
	return next;
}

static size_t put_tree(struct writer *w, const struct bpf_range *ranges, size_t n)
{
	if (n == 1)
		return put_range(w, ranges);
	const size_t half = n / 2;
	const size_t above = put_tree(w, ranges + half, n - half);
	const size_t below = put_tree(w, ranges, half);
	return put_jump(w, BPF_JGE, ranges[half].from, above, below);
}

int bpf_write(const struct bpf_abi *abis, size_t n, int foreign, struct buf *ret)
{
	struct writer w = { .code = calloc(BPF_MAXINSNS, sizeof(*w.code)) };

	if (!w.code)
		return -ENOMEM;
	size_t next = put_return(&w, foreign);
	for (size_t i = n; i-- > 0;) {
		const size_t root = put_tree(&w, abis[i].ranges, abis[i].n);
		if (root != w.n - 1) /* what is loaded goes on with the next instruction */
			put(&w, BPF_JMP | BPF_JA, 0, 0, (uint32_t)(w.n - root - 1));
		const size_t tree = put_load(&w, offsetof(struct seccomp_data, nr));
		next = put_jump(&w, BPF_JEQ, abis[i].arch, tree, next);
	}
	put_load(&w, offsetof(struct seccomp_data, arch));
	if (!w.full)
		buf_add(ret, w.code + BPF_MAXINSNS - w.n, w.n * sizeof(*w.code));
	free(w.code);
	return w.full ? -E2BIG : ret->error;
}
