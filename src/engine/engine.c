/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"

/* Namespaces other than the user's need CAP_SYS_ADMIN, clone(2). */
static bool may_make_namespaces(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) < 0)
		return geteuid() == 0;
	return data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN);
}

/* Not where programs in memory are forbidden (vm.memfd_noexec, Linux 6.3): there
 * init is a copy of this process. */
static void hold_init(struct engine *e, const struct engine_config *config)
{
	int fd = fs_memory_file("isorun-init", true, config->init_image, config->init_image_bytes);

	e->init_fd = fd < 0 ? 0 : fd;
}

static void drop_init(struct engine *e)
{
	if (e->init_fd)
		close(e->init_fd);
	e->init_fd = 0;
}

/* Pid 1 of a sandbox names itself. */
static bool is_in_sandbox(void)
{
	char name[32];

	return fs_read_small_at(AT_FDCWD, "/proc/1/comm", name, sizeof(name)) > 0 &&
	       str_eq(name, SBX_INIT_NAME);
}

int engine_open(struct loop *loop, const struct engine_config *config, struct engine **ret,
		struct iso_err *err)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "engine");
	e->loop = loop;
	e->prepared = config->prepared;
	if (config->tokens)
		e->tokens = *config->tokens;
	e->stated_budget_bytes = config->budget_bytes;
	e->stated_budget_from = config->budget_from ? config->budget_from : "--budget";
	e->strict = config->strict;
	e->reap_later = config->reap_later;
	e->find_scratch = config->scratch_dir;
	e->runtime_dir = config->runtime_dir;
	e->name_refusal = config->name_refusal;
	sigprocmask(SIG_BLOCK, NULL, &e->caller_mask);
	e->user_ns = !may_make_namespaces();
	e->nested = config->nested || cg_place_is_nested(&config->prepared->place) ||
		    is_in_sandbox();
	int r = cg_open(&config->prepared->place, &e->cg, err);
	if (r == 0)
		r = ledger_open(config->runtime_dir, &e->ledger, err);
	if (r == 0 && config->init_image)
		hold_init(e, config);
	if (r < 0) {
		engine_close(e);
		return r;
	}
	(void)cg_sweep(e->cg);
	*ret = e;
	return 0;
}

enum cg_version engine_cgroup_version(const struct engine *e)
{
	return cg_version_of(e->cg);
}

void engine_forget(struct engine *e)
{
	for (struct attempt *a = e->first; a; a = a->next) {
		sbx_forget(a->sbx);
		cg_elastic_forget(a->elastic);
		if (a->claim)
			ledger_claim_forget(a->claim);
	}
	engine_reap_forget(e);
	if (e->ledger)
		ledger_forget(e->ledger);
	if (e->cg)
		cg_forget(e->cg);
	drop_init(e);
}

void engine_close(struct engine *e)
{
	if (!e)
		return;
	/* Their callers get no word any more: whoever closes early knows. */
	while (e->first) {
		struct attempt *a = e->first;
		a->rq.ended = NULL;
		attempt_drop(a);
	}
	engine_reap_all(e);
	free(e->scratch_dir);
	free(e->no_overlay);
	free(e->looked_below);
	strv_free(e->mounts_below);
	ledger_close(e->ledger);
	cg_close(e->cg);
	drop_init(e);
	free(e);
}
