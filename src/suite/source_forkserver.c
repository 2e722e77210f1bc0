/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of a process that makes them by forks of itself; isorun-forkserver(7). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/str.h"
#include "base/time.h"
#include "suite/forkserver.h"
#include "suite/manifest_keys.h"
#include "suite/source_cases.h"
#include "suite/source_kind.h"

#define LIST_TIMEOUT_NS (600 * NSEC_PER_SEC)

static int apply(const struct manifest_target *to, const char *key, const struct json *value,
		 struct iso_err *err)
{
	const char *where = to->test->origin;
	const struct manifest_key *k = manifest_key_find(MANIFEST_MATCH, key, where, err);
	const char *one = json_str(value);
	int r = one && k ? k->apply(to, one, where, err) : 0;

	for (size_t i = 0; k && r == 0 && i < json_len(value); i++) {
		one = json_str(json_at(value, i));
		r = one ? k->apply(to, one, where, err) : -EINVAL;
	}
	return k ? r : -EINVAL;
}

static int apply_settings(const struct source_ctx *ctx, struct test *t,
			  const struct json *settings, struct iso_err *err)
{
	struct spec scratch = { 0 };
	const struct manifest_target to = {
		.base_dir = ctx->base_dir,
		.suite = ctx->suite,
		.test = t,
		.scratch = &scratch,
	};
	const char *key = NULL;
	int r = 0;

	while (r == 0 && (key = json_next_key(settings, key)))
		r = apply(&to, key, json_get(settings, key), err);
	return r;
}

static int add(const struct source_ctx *ctx, const char *id, const struct json *m,
	       struct iso_err *err)
{
	struct test_suite *s = ctx->suite;
	struct test *t = test_suite_add(s);
	const char *file = json_get_str(m, "file");

	if (!t)
		return -ENOMEM;
	t->id = arena_strdup(s->arena, id);
	if (source_add_strings(s, json_get(m, "command"), &t->argv) < 0 || !t->id)
		return -ENOMEM;
	if (!t->argv)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "fork server: no command of '%s'", id);
	t->cwd = arena_strdup(s->arena, ctx->cwd ? ctx->cwd : ctx->base_dir);
	t->origin = arena_strdup(s->arena, file ? file : id);
	t->program = t->origin;
	t->shares_launch = source_shares_launches(ctx);
	return t->cwd && t->origin ? apply_settings(ctx, t, json_get(m, "settings"), err) : -ENOMEM;
}

/* What the sandboxes of all tests are to have, as entries of a profile. */
static int apply_profile(const struct source_ctx *ctx, const struct json *entries,
			 struct iso_err *err)
{
	struct spec scratch = { 0 };
	const struct manifest_target to = { .settings = ctx->settings, .scratch = &scratch };
	const char *entry = NULL;
	int r = 0;

	while (r == 0 && (entry = json_next_key(entries, entry))) {
		const char *value = json_get_str(entries, entry);

		if (!value || !strchr(entry, '.'))
			return iso_err_set(err, ISO_ERR_USAGE, 0,
					   "fork server: '%s' is no entry of a profile", entry);
		r = manifest_apply_spec(&to, entry, value, "fork server", err);
	}
	spec_fini(&scratch);
	return r;
}

/* 1: that was all. */
static int take(const struct source_ctx *ctx, const struct json *m, size_t *n, struct iso_err *err)
{
	const char *id = json_get_str(m, "test");
	const char *fault = json_get_str(m, "error");

	if (fault)
		return iso_err_set(err, ISO_ERR_USAGE, 0, "%s", fault);
	int r = id ? add(ctx, id, m, err) : apply_profile(ctx, json_get(m, "profile"), err);
	if (!id)
		return r < 0 ? r : 1;
	if (r < 0)
		return r == -ENOMEM ? iso_err_set(err, ISO_ERR_HOST, r, "tests") : r;
	struct test *t = ctx->suite->tests[ctx->suite->n_tests - 1];
	t->server = (unsigned)ctx->settings->n_servers;
	t->server_number = (*n)++;
	return 0;
}

static int keep(struct suite_settings *settings, struct forkserver *f)
{
	struct forkserver **servers = reallocarray(settings->servers, settings->n_servers + 1,
						   sizeof(struct forkserver *));

	if (!servers)
		return -ENOMEM;
	settings->servers = servers;
	servers[settings->n_servers++] = f;
	return 0;
}

int source_forkserver_list(const struct source_ctx *ctx, struct forkserver *taken,
			   struct iso_err *err)
{
	const int64_t end_ns = time_now_ns() + LIST_TIMEOUT_NS;
	size_t n = 0;
	int r = keep(ctx->settings, taken);

	if (r < 0) {
		forkserver_free(taken);
		return iso_err_set(err, ISO_ERR_HOST, r, "fork server");
	}
	while (r == 0) {
		struct json *message = NULL;

		r = forkserver_receive(taken, end_ns, &message, err);
		if (r == -EAGAIN && time_now_ns() >= end_ns)
			return iso_err_set(err, ISO_ERR_USAGE, ETIMEDOUT,
					   "fork server: list its tests");
		if (r == 0)
			r = take(ctx, message, &n, err);
		else if (r == -EAGAIN)
			r = 0;
		json_free(message);
	}
	return r < 0 ? r : 0;
}

static int forkserver_load(const struct source_ctx *ctx, const char *number, struct iso_err *err)
{
	struct forkserver *f = NULL;
	const size_t len = strcspn(number, ",");
	_cleanup_free_ char *first = strndup(number, len);
	uint64_t fd;
	uint64_t events_fd = 0;
	int r = first ? num_parse_u64(first, &fd) : -ENOMEM;

	if (r == 0 && number[len])
		r = num_parse_u64(number + len + 1, &events_fd);
	if (r < 0 || fd > INT32_MAX || events_fd > INT32_MAX)
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "forkserver:%s: FD or FD,EVENTS are numbers of descriptors",
				   number);
	ctx->settings->events_fd = (int)events_fd;
	r = forkserver_adopt((int)fd, &f, err);
	return r < 0 ? r : source_forkserver_list(ctx, f, err);
}

/* It starts us, not the other way round. */
static int forkserver_detect(const struct source_ctx *ctx, struct iso_err *err)
{
	(void)ctx;
	(void)err;
	return 0;
}

const struct source_kind source_forkserver = {
	.name = "forkserver",
	.argument = "FD[,EVENTS]",
	.looked_for = "",
	.load = forkserver_load,
	.detect = forkserver_detect,
	.seen = source_seen_none,
};
