/* SPDX-License-Identifier: Apache-2.0 */
/* A seccomp filter run by hand, as the kernel does: the subset that bpf.c writes. */
#include "sandbox/child.h"

#include <linux/seccomp.h>

static uint32_t load(const struct seccomp_data *data, uint32_t at, unsigned *looked)
{
	const uint32_t first = (uint32_t)__builtin_offsetof(struct seccomp_data, args);
	uint32_t word = 0;

	if (at > sizeof(*data) - sizeof(word))
		return 0;
	if (at >= first)
		*looked |= 1u << (at - first) / sizeof(word);
	for (unsigned i = 0; i < sizeof(word); i++)
		((unsigned char *)&word)[i] = ((const unsigned char *)data)[at + i];
	return word;
}

static bool holds(const struct sock_filter *f, uint32_t a)
{
	switch (BPF_OP(f->code)) {
	case BPF_JEQ:
		return a == f->k;
	case BPF_JGT:
		return a > f->k;
	case BPF_JGE:
		return a >= f->k;
	default:
		return false;
	}
}

uint32_t child_filter_eval(const struct sock_filter *code, size_t n,
			   const struct seccomp_data *data, unsigned *ret_looked)
{
	uint32_t a = 0;

	*ret_looked = 0;
	for (size_t i = 0; i < n; i++) {
		const struct sock_filter *f = &code[i];
		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
			a = load(data, f->k, ret_looked);
			break;
		case BPF_ALU:
			a &= f->k;
			break;
		case BPF_JMP:
			if (BPF_OP(f->code) == BPF_JA)
				i += f->k;
			else
				i += holds(f, a) ? f->jt : f->jf;
			break;
		default:
			return f->k;
		}
	}
	return SECCOMP_RET_KILL_PROCESS;
}
