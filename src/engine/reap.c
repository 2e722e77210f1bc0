/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/attempt.h"

#include <stdlib.h>
#include <sys/epoll.h>

/* A pid 1 that is about to be gone. */
struct ending {
	struct ending *next;
	struct engine *engine;
	struct sbx *sbx;
	struct loop_watch *watch;
};

static void end(struct ending *ending)
{
	struct ending **at = &ending->engine->endings;

	while (*at != ending)
		at = &(*at)->next;
	*at = ending->next;
	loop_remove_fd(ending->engine->loop, ending->watch);
	sbx_free(ending->sbx);
	free(ending);
}

static void on_end(int fd, uint32_t events, void *arg)
{
	struct ending *ending = arg;

	(void)fd;
	(void)events;
	if (sbx_reap(ending->sbx))
		end(ending);
}

void engine_reap(struct engine *e, struct sbx *sbx)
{
	struct ending *ending = calloc(1, sizeof(*ending));

	if (!ending) {
		sbx_free(sbx);
		return;
	}
	*ending = (struct ending){ .next = e->endings, .engine = e, .sbx = sbx };
	e->endings = ending;
	if (loop_add_fd(e->loop, sbx_pidfd(sbx), EPOLLIN, on_end, ending, &ending->watch) < 0)
		end(ending);
}

void engine_reap_all(struct engine *e)
{
	while (e->endings)
		end(e->endings);
}

void engine_reap_forget(struct engine *e)
{
	for (struct ending *ending = e->endings; ending; ending = ending->next)
		sbx_forget(ending->sbx);
}
