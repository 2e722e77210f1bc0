/* SPDX-License-Identifier: Apache-2.0 */
/* cli/guard.h - refuses to run with more rights than its caller has. */
#ifndef CLI_GUARD_H
#define CLI_GUARD_H

/* isorun does what its caller asks of it, so installed set-uid it would be a
 * way to root for everyone (compare CVE-2020-5291).  0, or an exit status
 * after saying why.  Also makes sure that descriptors 0 to 2 are open, so that
 * no file of ours lands there, and that ended children are waited for. */
int guard_check(void);

#endif
