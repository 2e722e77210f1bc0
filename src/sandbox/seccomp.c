/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libseccomp knows the names and numbers; the program itself is written in bpf.c.
 * libseccomp's own is twice as long (each number is one comparison, and a launch
 * pays for each), and it cannot say "allowed, but for this argument", nor in
 * which order rules of one call are tried.
 */
#include "sandbox/seccomp.h"

#include <errno.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/str.h"
#include "sandbox/bpf.h"

enum {
	CALLS_MAX = 1024,      /* above all numbers in use, but for arm's own */
	X32_FROM = 0x40000000,
	ARM_OWN = 0xf0000,     /* cacheflush, set_tls and such; no program runs without */
	ARM_OWN_END = 0xf0010,
	RULES_MAX = 64,        /* with a condition, of one call */
};

static const struct {
	uint32_t arch;
	uint32_t compat;
} siblings[] = {
	{ SCMP_ARCH_X86_64, SCMP_ARCH_X86 },
	{ SCMP_ARCH_AARCH64, SCMP_ARCH_ARM },
};

/* Calls that older libraries have no name for.  From 424 on a number is the same
 * on all architectures. */
static const struct {
	const char *name;
	int nr;
} newer[] = {
	{ "cachestat", 451 },          { "fchmodat2", 452 },       { "map_shadow_stack", 453 },
	{ "futex_wake", 454 },         { "futex_wait", 455 },      { "futex_requeue", 456 },
	{ "statmount", 457 },          { "listmount", 458 },       { "lsm_get_self_attr", 459 },
	{ "lsm_set_self_attr", 460 },  { "lsm_list_modules", 461 }, { "mseal", 462 },
	{ "setxattrat", 463 },         { "getxattrat", 464 },      { "listxattrat", 465 },
	{ "removexattrat", 466 },      { "open_tree_attr", 467 },  { "file_getattr", 468 },
	{ "file_setattr", 469 },
};

uint32_t seccomp_native(void)
{
	return seccomp_arch_native();
}

static int newer_number(const char *call)
{
	for (size_t i = 0; i < ARRAY_SIZE(newer); i++)
		if (str_eq(newer[i].name, call))
			return newer[i].nr;
	return -1;
}

bool seccomp_knows(const char *call)
{
	return newer_number(call) >= 0 ||
	       seccomp_syscall_resolve_name(call) != __NR_SCMP_ERROR;
}

/* Negative: not of that architecture. */
static int call_number(uint32_t arch, const char *call)
{
	int nr = seccomp_syscall_resolve_name_arch(arch, call);

	return nr == __NR_SCMP_ERROR ? newer_number(call) : nr;
}

char *seccomp_call_name(uint32_t arch, int nr)
{
	char *name = seccomp_syscall_resolve_num_arch(arch, nr);

	for (size_t i = 0; !name && i < ARRAY_SIZE(newer); i++)
		if (newer[i].nr == nr)
			name = strdup(newer[i].name);
	return name;
}

int seccomp_calls(char ***ret)
{
	_cleanup_strv_ char **names = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(siblings); i++)
		for (int nr = 0; nr < 2 * CALLS_MAX; nr++) {
			const uint32_t arch = nr % 2 ? siblings[i].compat : siblings[i].arch;
			_cleanup_free_ char *name = seccomp_call_name(arch, nr / 2);
			if (name && !strv_has(names, name) && strv_add(&names, name) < 0)
				return -ENOMEM;
		}
	*ret = TAKE_PTR(names);
	return 0;
}

/* What is done with one number. */
struct slot {
	bool has_conds;
	int answer;
	const char *call;
};

/* A call that the policy is silent of.  One that is not even known gets ENOSYS
 * where unnamed calls are refused: programs try what is new, and have a way
 * without it. */
static int answer_of_silence(const struct policy *p, uint32_t arch, int nr)
{
	_cleanup_free_ char *name = NULL;

	if (p->answer == POLICY_ALLOW)
		return p->answer;
	name = seccomp_call_name(arch, nr);
	return name ? p->answer : ENOSYS;
}

static void fill_slots(const struct policy *p, uint32_t arch, struct slot slots[CALLS_MAX])
{
	for (int nr = 0; nr < CALLS_MAX; nr++)
		slots[nr].answer = answer_of_silence(p, arch, nr);
	for (const struct policy_rule *r = p->first; r; r = r->next) {
		const int nr = call_number(arch, r->call);
		if (nr < 0 || nr >= CALLS_MAX)
			continue;
		slots[nr].call = r->call;
		if (r->n_conds)
			slots[nr].has_conds = true;
		else
			slots[nr].answer = r->answer;
	}
}

static int take_rules(const struct policy *p, struct arena *arena, const char *call,
		      struct bpf_range *ret, struct iso_err *err)
{
	const struct policy_rule **rules = arena_alloc(arena, RULES_MAX * sizeof(*rules));
	size_t n = 0;

	if (!rules)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "seccomp policy");
	for (const struct policy_rule *r = p->first; r; r = r->next) {
		if (!r->n_conds || !str_eq(r->call, call))
			continue;
		if (n == RULES_MAX)
			return iso_err_set(err, ISO_ERR_USAGE, 0,
					   "%s: '%s' has more than %d conditions", r->where, call,
					   RULES_MAX);
		rules[n++] = r;
	}
	ret->rules = rules;
	ret->n_rules = n;
	return 0;
}

static void add_range(struct bpf_abi *abi, uint32_t from, int answer)
{
	const struct bpf_range *last = abi->n ? &abi->ranges[abi->n - 1] : NULL;

	if (!last || last->n_rules || last->answer != answer)
		abi->ranges[abi->n++] = (struct bpf_range){ .from = from, .answer = answer };
}

static int fill_abi(const struct policy *p, uint32_t arch, struct arena *arena,
		    struct bpf_abi *ret, struct iso_err *err)
{
	const int beyond = p->answer == POLICY_ALLOW ? p->answer : ENOSYS;
	struct slot *slots = arena_alloc(arena, CALLS_MAX * sizeof(*slots));
	int r = 0;

	ret->arch = arch;
	ret->ranges = arena_alloc(arena, (CALLS_MAX + 4) * sizeof(*ret->ranges));
	if (!slots || !ret->ranges)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "seccomp policy");
	fill_slots(p, arch, slots);
	for (uint32_t nr = 0; r == 0 && nr < CALLS_MAX; nr++) {
		if (!slots[nr].has_conds) {
			add_range(ret, nr, slots[nr].answer);
			continue;
		}
		struct bpf_range *range = &ret->ranges[ret->n++];
		*range = (struct bpf_range){ .from = nr, .answer = slots[nr].answer };
		r = take_rules(p, arena, slots[nr].call, range, err);
	}
	add_range(ret, CALLS_MAX, beyond);
	if (arch == SCMP_ARCH_ARM) {
		add_range(ret, ARM_OWN, POLICY_ALLOW);
		add_range(ret, ARM_OWN_END, beyond);
	}
	if (arch == SCMP_ARCH_X86_64)
		add_range(ret, X32_FROM, ENOSYS);
	return r;
}

/* What the test process calls between the filter and the command's first
 * instruction. */
static int check_start(const struct policy *p, struct iso_err *err)
{
	static const char *const needed[] = { "execve", "exit_group", "rt_sigaction",
					      "rt_sigprocmask" };

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		const char *where = "";
		bool allowed = p->answer == POLICY_ALLOW;
		bool refused = false;
		for (const struct policy_rule *r = p->first; r; r = r->next)
			if (str_eq(r->call, needed[i])) {
				where = r->where;
				refused |= r->answer != POLICY_ALLOW;
				allowed |= r->answer == POLICY_ALLOW && !r->n_conds;
			}
		if (refused || !allowed)
			return iso_err_set(err, ISO_ERR_USAGE, 0,
					   "%s%s'%s' must be allowed, or no command can start",
					   where, *where ? ": " : "seccomp policy: ", needed[i]);
	}
	return 0;
}

int seccomp_compile(const struct policy *p, uint32_t arch, struct buf *ret_bpf,
		    struct iso_err *err)
{
	struct bpf_abi abis[2] = { 0 };
	struct arena *arena = arena_new();
	size_t n = 1;

	if (!arena)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "seccomp policy");
	int r = check_start(p, err);
	if (r == 0)
		r = fill_abi(p, arch, arena, &abis[0], err);
	for (size_t i = 0; r == 0 && p->compat && i < ARRAY_SIZE(siblings); i++)
		if (siblings[i].arch == arch)
			r = fill_abi(p, siblings[i].compat, arena, &abis[n++], err);
	if (r == 0) {
		r = bpf_write(abis, n, ENOSYS, ret_bpf);
		if (r < 0)
			iso_err_set(err, r == -E2BIG ? ISO_ERR_USAGE : ISO_ERR_HOST, r,
				    "compile the seccomp policy");
	}
	arena_free(arena);
	return r;
}

/* In a child, because a filter can never be taken off again. */
static int load_in_child(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return errno;
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	if (!ctx)
		return ENOMEM;
	int r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(reboot), 0);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return -r;
}

int seccomp_probe(void)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(load_in_child() & 0xff);
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}
