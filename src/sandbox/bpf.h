/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/bpf.h - writes a seccomp filter from tables of call numbers, as few instructions long
 * as it can. */
#ifndef SANDBOX_BPF_H
#define SANDBOX_BPF_H

#include "base/buf.h"
#include "sandbox/policy.h"

/* The calls from a number on, up to the next range. */
struct bpf_range {
	uint32_t from;
	const struct policy_rule **rules; /* with conditions, tried in order; NULL: none */
	size_t n_rules;
	int answer;                       /* where none holds: POLICY_ALLOW or an errno */
};

struct bpf_abi {
	uint32_t arch;                    /* AUDIT_ARCH_* */
	struct bpf_range *ranges;         /* ascending, the first from 0 */
	size_t n;
};

/* Appends struct sock_filter[]; calls of an ABI that is not in the list get
 * `foreign`.  -E2BIG: longer than the kernel takes; -ENOMEM. */
int bpf_write(const struct bpf_abi *abis, size_t n, int foreign, struct buf *ret);

#endif
