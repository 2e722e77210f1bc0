/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/news.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"

static void *grow(void *array, size_t n, size_t size)
{
	/* Powers of two: the next one is due when n is one. */
	if (n & (n - 1))
		return array;
	return reallocarray(array, n ? n * 2 : 1, size);
}

static void take_leftover(struct sbx_news *news, const struct sbx_left *left, const char *command,
			  size_t len)
{
	struct leftover *list = grow(news->leftovers, news->n_leftovers, sizeof(*list));

	if (!list)
		return;
	news->leftovers = list;
	char *text = malloc(len + 1);
	if (!text)
		return;
	/* /proc/PID/cmdline: words end in NUL. */
	for (size_t i = 0; i < len; i++)
		text[i] = command[i] ? command[i] : ' ';
	while (len && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	/* In the middle of its exec it has a name but no words yet. */
	if (!len) {
		free(text);
		text = strndup(left->name, sizeof(left->name));
		if (!text)
			return;
	}
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	int64_t now_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
	int64_t start_ns;
	if (__builtin_mul_overflow(left->start_ticks,
				   INT64_C(1000000000) / sysconf(_SC_CLK_TCK), &start_ns))
		start_ns = now_ns;
	struct leftover *l = &news->leftovers[news->n_leftovers++];
	*l = (struct leftover){ .pid = left->pid, .command = text };
	memcpy(l->name, left->name, sizeof(l->name));
	l->name[sizeof(l->name) - 1] = '\0';
	l->age_ns = start_ns > 0 && now_ns > start_ns ? now_ns - start_ns : 0;
}

static void take_path(char ***list, const char *path, size_t len)
{
	_cleanup_free_ char *copy = strndup(path, len);

	if (copy)
		(void)strv_add(list, copy);
}

static void take_degraded(struct news_reader *r, const struct sbx_fault *f)
{
	struct sbx_news *news = &r->news;
	const struct step_list *list =
		f->stage == SBX_STAGE_INIT ? &r->plan->init : &r->plan->test;
	struct iso_err why = ISO_ERR_INIT;

	if (f->step >= list->n || !list->steps[f->step].about)
		return;
	struct degraded *all = grow(news->degraded, news->n_degraded, sizeof(*all));
	if (!all)
		return;
	news->degraded = all;
	fault_explain(r->plan, f, &why);
	char *end = strchr(why.text, '\n');
	if (end)
		*end = '\0';
	struct degraded *d = &news->degraded[news->n_degraded];
	d->what = strdup(list->steps[f->step].about);
	d->why = strdup(why.text);
	if (d->what && d->why)
		news->n_degraded++;
}

/* mount(2): EINVAL where "/" is no mount point, as in a chroot into a mere directory.  What
 * is mounted there would reach the host. */
static bool is_in_chroot(const struct sbx_plan *plan, const struct sbx_fault *f)
{
	return f->step < plan->init.n && plan->init.steps[f->step].op == SBX_PROPAGATE &&
	       f->code == EINVAL;
}

static void take_fault(struct news_reader *r, const struct sbx_fault *f)
{
	r->news.faulty = true;
	r->news.fault_status = 125;
	if (f->stage == SBX_STAGE_EXEC)
		r->news.fault_status = f->code == ENOENT || f->code == ENOTDIR ? 127 : 126;
	r->of_nat = f->stage == SBX_STAGE_INIT && f->step < r->plan->init.n &&
		    r->plan->init.steps[f->step].op == SBX_NAT;
	if (f->stage == SBX_STAGE_INIT && f->step < r->plan->init.n) {
		const struct sbx_step *s = &r->plan->init.steps[f->step];
		r->news.no_overlay = s->op == SBX_MOUNT && str_eq(s->type, "overlay");
	}
	fault_explain(r->plan, f, &r->news.fault);
	r->news.refused = f->stage == SBX_STAGE_INIT &&
			  (f->step < r->plan->n_user_map_steps || is_in_chroot(r->plan, f));
}

static void take_counter(struct news_reader *r, const struct cg *cg, const struct sbx_counter *head,
			 const char *text, size_t len)
{
	char copy[PIPE_BUF];

	if (head->group >= r->plan->job.cgroups->n_groups || len >= sizeof(copy))
		return;
	const struct cg_group_plan *g = &r->plan->job.cgroups->groups[head->group];
	if (head->read >= g->n_reads)
		return;
	/* As fs_read_small_at would give it: without the last newline. */
	if (len && text[len - 1] == '\n')
		len--;
	memcpy(copy, text, len);
	copy[len] = '\0';
	cg_parse_usage(cg, g->reads[head->read], copy, &r->news.usage);
}

static void take_refused(struct sbx_news *news, const char *data, size_t size)
{
	struct sbx_refused *list;

	if (size != sizeof(*list))
		return;
	list = grow(news->refusals, news->n_refusals, sizeof(*list));
	if (!list)
		return;
	news->refusals = list;
	memcpy(&list[news->n_refusals++], data, size);
}

static void take_done(struct sbx_news *news, const struct sbx_done *done)
{
	news->done = true;
	news->leaf_code = done->remove_code;
	news->user_ns = done->user_ns;
	news->system_ns = done->system_ns;
	news->n_written = done->n_written;
	news->n_deleted = done->n_deleted;
	news->n_refused = done->n_refused;
	news->private_bytes = done->private_bytes;
	news->private_most_bytes = done->private_most_bytes;
}

/* Copies the fixed part of a payload out (records are not aligned) and points
 * at what follows it. */
#define PAYLOAD(type, var)                                  \
	type var;                                           \
	if (size < sizeof(var))                             \
		return;                                     \
	memcpy(&(var), data, sizeof(var));                  \
	const char *rest = data + sizeof(var);              \
	size_t rest_len = size - sizeof(var);               \
	(void)rest, (void)rest_len

static void take_started(struct sbx_news *news, const char *data, size_t size)
{
	PAYLOAD(struct sbx_started, started);
	news->started = true;
	news->started_ns = started.t_ns;
}

static void take_exited(struct sbx_news *news, const char *data, size_t size)
{
	PAYLOAD(struct sbx_exited, exited);
	news->exited = true;
	news->exited_ns = exited.t_ns;
	news->status = exited.status;
}

static void take_record(struct news_reader *r, const struct cg *cg, uint32_t kind, const char *data,
			size_t size)
{
	switch ((enum sbx_record_kind)kind) {
	case SBX_REC_FAULT:
	case SBX_REC_DEGRADED: {
		PAYLOAD(struct sbx_fault, fault);
		if (kind == SBX_REC_FAULT)
			take_fault(r, &fault);
		else
			take_degraded(r, &fault);
		break;
	}
	case SBX_REC_READY:
		r->news.ready = true;
		break;
	case SBX_REC_STARTED:
		take_started(&r->news, data, size);
		break;
	case SBX_REC_EXITED:
		take_exited(&r->news, data, size);
		break;
	case SBX_REC_LEFTOVER: {
		PAYLOAD(struct sbx_left, left);
		take_leftover(&r->news, &left, rest, rest_len);
		break;
	}
	case SBX_REC_COUNTER: {
		PAYLOAD(struct sbx_counter, head);
		take_counter(r, cg, &head, rest, rest_len);
		break;
	}
	case SBX_REC_WRITTEN:
		take_path(&r->news.written, data, size);
		break;
	case SBX_REC_DELETED:
		take_path(&r->news.deleted, data, size);
		break;
	case SBX_REC_REFUSED:
		take_refused(&r->news, data, size);
		break;
	case SBX_REC_DONE: {
		PAYLOAD(struct sbx_done, done);
		take_done(&r->news, &done);
		break;
	}
	}
}

static void take_all(struct news_reader *r, const struct cg *cg)
{
	size_t at = 0;

	while (r->have - at >= sizeof(struct sbx_record)) {
		struct sbx_record head;
		memcpy(&head, r->space + at, sizeof(head));
		/* Only init writes here, never more than PIPE_BUF at once.  What
		 * follows garbage cannot be told apart. */
		if (head.size > PIPE_BUF) {
			r->news.closed = r->news.garbled = true;
			return;
		}
		if (r->have - at < sizeof(head) + head.size)
			break;
		take_record(r, cg, head.kind, r->space + at + sizeof(head), head.size);
		at += sizeof(head) + head.size;
	}
	r->have -= at;
	memmove(r->space, r->space + at, r->have);
}

void news_read(struct news_reader *r, int fd, const struct cg *cg)
{
	while (!r->news.closed) {
		ssize_t n = read(fd, r->space + r->have, sizeof(r->space) - r->have);
		if (n > 0) {
			bool more = (size_t)n == sizeof(r->space) - r->have;
			r->have += (size_t)n;
			take_all(r, cg);
			if (!more)
				break;
		} else if (n == 0) {
			r->news.closed = true;
		} else if (errno != EINTR) {
			break;
		}
	}
}

void news_fini(struct sbx_news *news)
{
	for (size_t i = 0; i < news->n_leftovers; i++)
		free(news->leftovers[i].command);
	free(news->leftovers);
	for (size_t i = 0; i < news->n_degraded; i++) {
		free(news->degraded[i].what);
		free(news->degraded[i].why);
	}
	free(news->degraded);
	free(news->refusals);
	strv_free(news->written);
	strv_free(news->deleted);
}
