/* SPDX-License-Identifier: Apache-2.0 */
/* base/loop.h - one thread, one epoll loop: descriptors, timers and signals as callbacks. */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <signal.h>
#include <stdint.h>
#include <sys/signalfd.h>

struct loop;
struct loop_watch;
struct loop_timer;

typedef void loop_fd_fn(int fd, uint32_t epoll_events, void *arg);
typedef void loop_timer_fn(void *arg);
typedef void loop_signal_fn(const struct signalfd_siginfo *info, void *arg);

int loop_open(struct loop **ret);     /* 0 or -errno */
void loop_close(struct loop *loop);
/* In a fork of the process that has it: only closes our descriptors of it. */
void loop_forget(struct loop *loop);
/* In a fork of the process that has it: closes our descriptors of it. */
void loop_forget(struct loop *loop);   /* with what is left in it; signals stay blocked */

/* Descriptors are borrowed: the owner removes the watch before closing. */
int loop_add_fd(struct loop *loop, int fd, uint32_t epoll_events, loop_fd_fn *fn, void *arg,
		struct loop_watch **ret);
/* NULL is accepted; allowed in callbacks. */
void loop_remove_fd(struct loop *loop, struct loop_watch *watch);

/* One shot at a CLOCK_MONOTONIC time; re-armed by loop_set_timer. */
int loop_add_timer(struct loop *loop, int64_t at_ns, loop_timer_fn *fn, void *arg,
		   struct loop_timer **ret);
int loop_set_timer(struct loop *loop, struct loop_timer *timer, int64_t at_ns);
void loop_remove_timer(struct loop *loop, struct loop_timer *timer);

/* Blocks the signals in `set` and has them arrive here through a signalfd.
 * At most once for a loop; the caller's old mask is returned so that children
 * can get it back. */
int loop_take_signals(struct loop *loop, const sigset_t *set, loop_signal_fn *fn, void *arg,
		      sigset_t *ret_old_mask);

/* Runs until loop_stop, also one before; 0 or -errno, -EDEADLK when nothing is
 * left that could call back.  Callbacks run in this thread only; what was due
 * when the loop stopped is called in the next run. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* A loop within another's: its descriptor is readable when loop_step has
 * something to call.  loop_step calls what is due, one batch, and never blocks; 0
 * or -errno.  Timers that were changed outside of callbacks count only after
 * loop_arm. */
int loop_fd(const struct loop *loop);
int loop_step(struct loop *loop);
int loop_arm(struct loop *loop);

#endif
