/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/seccomp.h - policies to BPF: the calls' names and numbers are libseccomp's. */
#ifndef SANDBOX_SECCOMP_H
#define SANDBOX_SECCOMP_H

#include "base/buf.h"
#include "base/err.h"
#include "sandbox/policy.h"

/* AUDIT_ARCH_* of this machine. */
uint32_t seccomp_native(void);

/* Whether any architecture has a call of that name. */
bool seccomp_knows(const char *call);
/* All that are known; strv. */
int seccomp_calls(char ***ret);
/* The name of a call's number; heap, NULL: it has none that we know. */
char *seccomp_call_name(uint32_t arch, int nr);

/* Appends an array of struct sock_filter for programs of `arch`.  Calls of its
 * 32-bit sibling have the same rules where the policy has compat, else they are
 * ENOSYS, as are those of all other ABIs (x32).  A policy that refuses what
 * starts the command is ISO_ERR_USAGE. */
int seccomp_compile(const struct policy *p, uint32_t arch, struct buf *ret_bpf,
		    struct iso_err *err);

/* A refused call in words, with the line of a policy that would allow it: 0 or
 * -ENOMEM, and then nothing is left in *ret. */
struct sbx_refused;
struct refusal;
int seccomp_name_refusal(const struct sbx_refused *refused, struct refusal *ret);

/* Whether this kernel takes a filter at all: loads one in a child.  0 or -errno;
 * for doctor. */
int seccomp_probe(void);

#endif
