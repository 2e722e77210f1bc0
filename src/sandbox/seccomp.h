/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/seccomp.h - policies compiled to BPF through libseccomp. */
#ifndef SANDBOX_SECCOMP_H
#define SANDBOX_SECCOMP_H

#include "base/buf.h"
#include "base/err.h"

/* Policy "default": what tests never need and that reaches outside of the
 * sandbox is answered with EPERM, or ENOSYS where programs have a fallback.
 * Appends an array of struct sock_filter.  Calls of foreign ABIs (x32, and
 * i386 unless it too has rules) are closed.  Unknown policy: ISO_ERR_USAGE. */
int seccomp_compile(const char *policy, struct buf *ret_bpf, struct iso_err *err);

/* Whether this kernel takes a filter at all: loads an allow-all filter in a
 * child.  0 or -errno; for doctor. */
int seccomp_probe(void);

#endif
