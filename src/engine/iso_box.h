/* SPDX-License-Identifier: Apache-2.0 */
/* engine/iso_box.h - one command or fork of the library's caller; the library's own. */
#ifndef ENGINE_ISO_BOX_H
#define ENGINE_ISO_BOX_H

#include <pthread.h>
#include <stdbool.h>

#include "base/loop.h"
#include "engine/attempt.h"
#include "engine/iso_spec.h"

struct iso_box {
	struct iso_spec *spec; /* a copy; its stdio are duplicates, closed once it started */
	char **argv;           /* NULL: a fork */
	char *title;
	struct loop *loop;
	struct engine *engine;
	struct attempt *attempt; /* NULL: it has ended */
	bool ready;              /* for the fork */
	bool started;
	bool cancelled;          /* ended while it queued */
	bool forgotten;          /* of the process that this one is a fork of */
	struct iso_result result;
	struct iso_err error;  /* it never ran */
	char **degraded;
	struct iso_box *prev;
	struct iso_box *next;
};

/* All boxes of this process, for the fork that has to forget them. */
extern pthread_mutex_t iso_boxes_lock;
extern struct iso_box *iso_boxes;

/* argv NULL: it becomes `ready`, or ends. */
int iso_box_start(const struct iso_spec *spec, char *const argv[], struct iso_box **ret,
		  struct iso_err *err);

/* Whoever reads a pipe's other end waits for its last writer, which must not be us. */
void iso_box_close_stdio(struct iso_box *box);

#endif
