/* SPDX-License-Identifier: Apache-2.0 */
/* planner/grow.h - who of those that have reached their limit may grow, and who gives way: pure. */
#ifndef PLANNER_GROW_H
#define PLANNER_GROW_H

#include "planner/admit.h"

/* Below that no limit grows: before its exec a test must never stand, because init
 * waits for it. */
#define GROW_MIN_BYTES (UINT64_C(16) << 20)

/* How much to ask for at a limit: a quarter more, at least 64 MiB, and what is known
 * to be needed where that is more still.  To ask again is cheap; what is held and
 * not needed keeps others from growing. */
uint64_t grow_want(uint64_t limit_bytes, uint64_t known_bytes);

/* Less than this is not worth another stop at the limit, while others run. */
uint64_t grow_least(uint64_t limit_bytes);

/* Rows as plan_admit takes them; of those that are held, `want_bytes` above
 * mem_bytes says that it stands still until it has more.  Sets grown_bytes (0:
 * nothing) and `yields` of the held; returns how many of both it has newly set.
 *
 * 1. The oldest grows first, as far as the budget in force has room, and at least
 *    by grow_least.  The younger get what is left.
 * 2. When all that hold stand still and none can grow, one must give way: the
 *    youngest that may be run again, else the youngest of all, but never the
 *    oldest.  Only one at a time: what it leaves may do for the others.
 * 3. One that holds alone gets all there is, however little; when it has that,
 *    it yields to nobody, and is told so all the same: there is no more.
 * 4. While others run, the youngest that stands and may be run again gives way for
 *    the oldest that stands, when what such ones hold is what that wants, and when
 *    one older than itself runs: what is lost is less than that has taken, and for
 *    about as long again the oldest would wait for it to end.  Else tests that were
 *    let in together hold with what they have begun what two of them need.
 */
size_t plan_grow(struct admit_row *rows, size_t n);

/* For one that wants but does not stand still, yet: what nobody who does could
 * take.  True when it got something. */
bool plan_grow_now(struct admit_row *rows, size_t n, unsigned slot);

/* Somebody still stands still: nobody new is let in. */
bool plan_grow_pending(const struct admit_row *rows, size_t n);

#endif
