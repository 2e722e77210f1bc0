/* SPDX-License-Identifier: Apache-2.0 */
/* planner/ledger_slot.h - one FIFO a slot: says who lives, wakes who waits.  Only ledger*.c
 * include it; the theory of operation is on top of ledger.c. */
#ifndef PLANNER_LEDGER_SLOT_H
#define PLANNER_LEDGER_SLOT_H

#include <stdbool.h>

/* All are called with the table's mutex held; negative results are -errno. */

/* Makes the slot ours: the descriptor keeps it alive, also in a process that
 * inherits it.  -EBUSY when some process still has the FIFO open. */
int slot_take(int dir_fd, unsigned slot);
void slot_give_back(int fd); /* also where a child inherited it; closes fd */

/* A descriptor that reports EPOLLHUP once the slot's last owner is gone, if it
 * was alive by slot_alive after this call. */
int slot_watch(int dir_fd, unsigned slot);
bool slot_alive(int watch_fd);

void slot_poke(int dir_fd, unsigned slot); /* makes its owner's descriptor readable */
void slot_drain(int fd);

bool slot_any_alive(int dir_fd); /* of all the FIFOs there are, whatever the table says */

#endif
