/* SPDX-License-Identifier: Apache-2.0 */
/* planner/ledger.h - admission shared by all isorun processes of one user, without a daemon. */
#ifndef PLANNER_LEDGER_H
#define PLANNER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "model/amount.h"

struct ledger;       /* opaque: the file format is ours */
struct ledger_claim; /* one reservation, held or waited for */

/* dir is made (0700) when missing.  Refuses a directory or file of another
 * user (ISO_ERR_HOST). */
int ledger_open(const char *dir, struct ledger **ret, struct iso_err *err);
void ledger_close(struct ledger *l); /* claims must have been released */

struct ledger_request {
	uint64_t mem_bytes;    /* wanted; above the budget in force: runs alone with all of it */
	uint64_t budget_bytes; /* what this process may see reserved in total, itself
				* included; in force is the smallest of all that hold */
	bool alone;            /* only when nothing else is held, and nothing joins it */
	bool may_rerun;        /* of those that stand still for want of memory this one is to be
				* ended rather than one that may not be run again */
	const char *title;     /* for `isorun status`: test id or command; cut at 63 bytes */
	const struct amounts *amounts; /* tokens and locks, no more than there are; NULL: none */
};

/* -EAGAIN instead of waiting; also when it would pass a waiter it must not delay. */
enum { LEDGER_NOWAIT = 1 };

/* Asks for a reservation.  Granted at once when it fits and delays no older
 * waiter; else it waits its turn: oldest first, a smaller one passes only
 * where it does not delay the oldest.  0, or -EAGAIN with LEDGER_NOWAIT, or
 * another negative errno with *err filled. */
int ledger_ask(struct ledger *l, const struct ledger_request *request, unsigned flags,
	       struct ledger_claim **ret, struct iso_err *err);

bool ledger_granted(const struct ledger_claim *c);
uint64_t ledger_mem_bytes(const struct ledger_claim *c); /* granted: never above the budget */
/* Tokens and locks that it holds, with the units of each token; granted. */
const struct amounts *ledger_amounts(const struct ledger_claim *c);
unsigned ledger_slot(const struct ledger_claim *c); /* 0-based, unique among all that live */

/* For a loop: readable when the claim may have been granted or its watch must
 * move; then call ledger_attend, which returns 1 when it is granted now, 0
 * when it still waits, or a negative errno.  Holders' deaths wake the waiters
 * they must: nothing polls by time. */
int ledger_poll_fd(const struct ledger_claim *c); /* -1 when it never had to wait, nor grow */
int ledger_attend(struct ledger_claim *c, struct iso_err *err);

/* The holder has reached what it was granted, and stands still until it has more:
 * as far as `want_bytes`.  Growth goes before new admissions, the oldest holder
 * first.  When all that hold stand still, one is told to give way, never the
 * oldest, so that the rest can go on.  With LEDGER_NOWAIT it does not stand
 * still, and LEDGER_STANDS means that nothing was granted. */
enum ledger_growth {
	LEDGER_STANDS,  /* wait for ledger_poll_fd, then call ledger_attend_growth */
	LEDGER_GROWN,   /* ledger_mem_bytes is more now */
	LEDGER_YIELDS,  /* is to end itself and release, or to take it back */
	LEDGER_HAS_ALL, /* nobody else holds, and there is no more */
};
int ledger_grow(struct ledger_claim *c, uint64_t want_bytes, unsigned flags,
		enum ledger_growth *ret, struct iso_err *err);
int ledger_attend_growth(struct ledger_claim *c, enum ledger_growth *ret, struct iso_err *err);
/* It goes on without: does not stand still any more, nor give way. */
void ledger_grow_cancel(struct ledger_claim *c);

/* The descriptor that keeps the claim alive.  It is close-on-exec; a process
 * that inherits it by fork (the sandbox's init) keeps the reservation until it
 * too is gone, so memory is not promised twice when isorun is killed.  It
 * should close the descriptors of all other claims, or it keeps those, too. */
int ledger_alive_fd(const struct ledger_claim *c);

/* Gives it back and lets in who fits now.  Accepts NULL. */
void ledger_release(struct ledger_claim *c);

/* In a fork of the process that has them: only close our descriptors of them. */
void ledger_forget(struct ledger *l);
void ledger_claim_forget(struct ledger_claim *c);

struct ledger_row {
	pid_t pid;             /* of the isorun process, in its own pid namespace */
	bool held;             /* false: waits */
	uint64_t mem_bytes;
	uint64_t budget_bytes; /* as its holder sees it */
	uint64_t want_bytes;   /* it stands still until it holds this; 0: it runs */
	int64_t since_ns;      /* CLOCK_MONOTONIC: of the grant, or of the asking */
	unsigned slot;
	char title[64];
	struct amounts amounts; /* with their units when held */
};

/* Rows of the living, holders first, waiters oldest first; the caller frees. */
int ledger_list(struct ledger *l, struct ledger_row **ret_rows, size_t *ret_n,
		struct iso_err *err);

#endif
