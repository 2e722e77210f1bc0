/* SPDX-License-Identifier: Apache-2.0 */
/* cli/guard.h - what isorun makes sure of at its beginning and its end. */
#ifndef CLI_GUARD_H
#define CLI_GUARD_H

/* isorun does what its caller asks of it, so installed set-uid it would be a
 * way to root for everyone (compare CVE-2020-5291).  0, or an exit status
 * after saying why.  Also makes sure that descriptors 0 to 2 are open, so that
 * no file of ours lands there, and that ended children are waited for. */
int guard_check(void);

/* Ends as what was run did, so that a shell sees the signal itself; returns only
 * when the signal does not end a process. */
void guard_end_by(int sig);

#endif
