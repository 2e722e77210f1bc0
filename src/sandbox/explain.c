/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/plan.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "sandbox/userns.h"

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif

static void describe_ids(const struct sbx_step *s, struct buf *b)
{
	const gid_t *groups = s->data;

	buf_addf(b, "become user %u, group %u", s->uid, s->gid);
	for (size_t i = 0; i < s->size / sizeof(*groups); i++)
		buf_addf(b, "%s%u", i ? "," : ", supplementary groups ", groups[i]);
}

/* Of many lines the first. */
static void describe_text(const struct sbx_step *s, struct buf *b)
{
	const size_t first = strcspn(s->text, "\n");
	const bool more = s->text[first] && s->text[first + 1];

	buf_addf(b, "write '%.*s%s' to '%s'", (int)first, s->text, more ? "..." : "", s->path);
}

static void describe_owner(const struct sbx_step *s, struct buf *b)
{
	buf_addf(b, "set mode %04o of '%s'", (unsigned)s->mode, s->path);
	if (s->uid != (uid_t)-1)
		buf_addf(b, " and owner %u:%u", s->uid, s->gid);
}

static void describe_restriction(const struct sbx_step *s, struct buf *b)
{
	buf_addf(b, s->flags & MS_RDONLY ? "make everything below '%s' read-only"
					 : "close devices below '%s'", s->path);
}

static void describe_filter(const struct sbx_step *s, struct buf *b)
{
	buf_addf(b, "load a seccomp filter of %zu instructions%s",
		 s->size / sizeof(struct sock_filter), s->flags ? ", which tells of refusals" : "");
}

/* Of the steps that are always the same. */
static const char *const phrases[SBX_OP_COUNT] = {
	[SBX_PROPAGATE] = "make all mounts private",
	[SBX_NAT] = "have pasta connect the network to the host's",
	[SBX_SETSID] = "start a session",
	[SBX_CGROUP_NS] = "make a cgroup namespace",
	[SBX_DIE_TOO] = "end with the sandbox's init",
	[SBX_NNP] = "set no_new_privs",
	[SBX_CTTY] = "make it the controlling terminal",
};

/* Of those that only do something to their path. */
static const char *const verbs[SBX_OP_COUNT] = {
	[SBX_UNMOUNT] = "unmount",
	[SBX_MKDIR] = "make directory",
	[SBX_TOUCH] = "make file",
	[SBX_SCRATCH] = "make the test's own directory",
	[SBX_CHDIR] = "change to directory",
};

void step_describe(const struct sbx_step *s, struct buf *b)
{
	switch (s->op) {
	case SBX_WRITE:
		describe_text(s, b);
		break;
	case SBX_MOUNT:
		buf_addf(b, "mount %s on '%s'", s->type, s->path);
		if (s->text)
			buf_addf(b, " (%s)", s->text);
		break;
	case SBX_SYMLINK:
		buf_addf(b, "make link '%s' to '%s'", s->path, s->text);
		break;
	case SBX_OWN:
		describe_owner(s, b);
		break;
	case SBX_OPEN:
		buf_addf(b, "open '%s' as %d", s->path, s->fd);
		break;
	case SBX_TREE:
		buf_addf(b, "take the tree '%s' as %d", s->path, s->fd);
		break;
	case SBX_DEVICE:
		buf_addf(b, "see that '%s' is device %u:%u", s->path, major(s->flags),
			 minor(s->flags));
		break;
	case SBX_TREE_RO:
		buf_addf(b, "make tree %d ('%s') read-only", s->fd, s->path);
		break;
	case SBX_PLACE:
		buf_addf(b, "place tree %d on '%s'", s->fd, s->path);
		break;
	case SBX_RESTRICT:
		describe_restriction(s, b);
		break;
	case SBX_STDIO:
		buf_addf(b, "make descriptor %d number %lu", s->fd, s->flags);
		break;
	case SBX_IDS:
		describe_ids(s, b);
		break;
	case SBX_BOUND:
		buf_addf(b, "bound capabilities to %#llx", (unsigned long long)s->caps);
		break;
	case SBX_CAPS:
		buf_addf(b, "keep capabilities %#llx", (unsigned long long)s->caps);
		break;
	case SBX_SECCOMP:
		describe_filter(s, b);
		break;
	case SBX_PASS_FD:
		buf_addf(b, "pass descriptor %d", s->fd);
		break;
	case SBX_PTY:
		buf_addf(b, "open a terminal by '%s' as %d and %d", s->path, s->fd, s->fd + 1);
		break;
	case SBX_UNMOUNT:
	case SBX_MKDIR:
	case SBX_TOUCH:
	case SBX_SCRATCH:
	case SBX_CHDIR:
		buf_addf(b, "%s '%s'", verbs[s->op], s->path);
		break;
	case SBX_NETLINK:
		buf_adds(b, s->text);
		break;
	default:
		assert(phrases[s->op]);
		buf_adds(b, phrases[s->op]);
		break;
	}
}

static const struct {
	uint64_t flag;
	const char *name;
} namespaces[] = {
	{ CLONE_NEWUSER, "user" }, { CLONE_NEWNS, "mount" },   { CLONE_NEWPID, "pid" },
	{ CLONE_NEWNET, "net" },   { CLONE_NEWIPC, "ipc" },    { CLONE_NEWUTS, "uts" },
};

void sbx_explain(const struct sbx_plan *p, struct buf *b)
{
	buf_adds(b, "init: make namespaces");
	for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++)
		if (p->clone_flags & namespaces[i].flag)
			buf_addf(b, " %s", namespaces[i].name);
	buf_adds(b, "\n");
	for (size_t i = 0; i < p->job.cgroups->n_groups; i++) {
		const struct cg_group_plan *g = &p->job.cgroups->groups[i];
		buf_addf(b, "init: make cgroup '%s'", g->name);
		for (size_t k = 0; k < g->n_writes; k++)
			buf_addf(b, "%s %s=%s", k ? "," : ",", g->writes[k].file,
				 g->writes[k].value);
		buf_adds(b, "\n");
	}
	for (size_t i = 0; i < p->init.n; i++) {
		buf_adds(b, "init: ");
		step_describe(&p->init.steps[i], b);
		buf_adds(b, "\n");
	}
	if (p->job.cgroups->n_groups)
		buf_adds(b, "test: join the cgroup\n");
	for (size_t i = 0; i < p->test.n; i++) {
		buf_adds(b, "test: ");
		step_describe(&p->test.steps[i], b);
		buf_adds(b, "\n");
	}
	buf_adds(b, "test: run");
	for (size_t i = 0; p->job.argv[i]; i++)
		buf_addf(b, " %s", p->job.argv[i]);
	buf_adds(b, "\n");
}

static const char *candidate_at(const struct sbx_plan *p, uint32_t step)
{
	size_t i = 0;

	while (i < step && p->job.candidates[i])
		i++;
	return p->job.candidates[i] ? p->job.candidates[i] : p->job.argv[0];
}

/* A command that the host has; NULL: it has it not, either. */
static const char *seen_outside(const struct sbx_plan *p)
{
	for (size_t i = 0; p->job.candidates[i]; i++)
		if (access(p->job.candidates[i], X_OK) == 0)
			return p->job.candidates[i];
	return NULL;
}

static void explain_exec(const struct sbx_plan *p, const struct sbx_fault *f, struct iso_err *ret)
{
	const char *command = p->job.argv[0];

	if (f->code == ENOENT || f->code == ENOTDIR) {
		const char *outside = seen_outside(p);

		iso_err_set(ret, ISO_ERR_HOST, 0, "command '%s': not found", command);
		if (outside)
			iso_err_hint(ret, "'%s' exists: the sandbox hides it (--bind shows it), or "
					  "what its #! line names is missing", outside);
		ret->code = f->code;
	} else {
		iso_err_set(ret, ISO_ERR_HOST, f->code, "command '%s'", candidate_at(p, f->step));
	}
}

static void add_step_hint(const struct sbx_step *s, const struct sbx_fault *f,
			  struct iso_err *ret)
{
	if (s->op == SBX_MOUNT && strcmp(s->type, "overlay") == 0)
		iso_err_hint(ret, "no overlay is possible here; use --workspace shared, or do "
				  "without --strict for a copy of the tree");
	else if (s->op == SBX_MOUNT && strcmp(s->type, "proc") == 0)
		iso_err_hint(ret, "the host's /proc is masked (a container?); use --share pid");
	else if (s->op == SBX_PROPAGATE && f->code == EINVAL)
		iso_err_hint(ret, "the root directory is no mount, in a chroot; `mount --bind DIR "
				  "DIR` ahead of `chroot DIR` mends that");
	else if (s->op == SBX_SCRATCH)
		iso_err_hint(ret, "set TMPDIR to a directory that you may write");
	else if (s->op == SBX_CHDIR && f->code == ENOENT)
		iso_err_hint(ret, "it may be hidden by a private directory; use --bind %s",
			     s->path);
	else if (s->op == SBX_CHDIR && f->code == ELOOP)
		iso_err_hint(ret, "a link of /proc to what is open may lead out of the sandbox");
	else if (s->op == SBX_DEVICE)
		iso_err_hint(ret, "something else was put in its place on this host");
	else if (f->code == EPERM || f->code == EACCES)
		iso_err_hint(ret, "'isorun doctor' tells what this host permits");
}

static void explain_user_map(const struct sbx_fault *f, struct iso_err *ret)
{
	const struct userns_bar *bar = userns_bar_find("/proc/sys");

	iso_err_set(ret, ISO_ERR_HOST, f->code, "use a user namespace%s%s", bar ? ": " : "",
		    bar ? bar->why : "");
	iso_err_hint(ret, "%s", bar ? bar->cure : "'isorun doctor' tells what this host permits");
}

void fault_explain(const struct sbx_plan *p, const struct sbx_fault *f, struct iso_err *ret)
{
	_cleanup_buf_ struct buf text = BUF_INIT;

	switch ((enum sbx_stage)f->stage) {
	case SBX_STAGE_EXEC:
		explain_exec(p, f, ret);
		return;
	case SBX_STAGE_CLONE:
		iso_err_set(ret, ISO_ERR_HOST, f->code, "start the test process");
		return;
	case SBX_STAGE_TERMINAL:
		iso_err_set(ret, ISO_ERR_HOST, f->code, "hand over the terminal");
		return;
	case SBX_STAGE_BOOT:
		iso_err_set(ret, ISO_ERR_HOST, f->code, "start the sandbox's init from memory");
		if (f->code == EACCES)
			iso_err_hint(ret, "vm.memfd_noexec=2 forbids it; 1 and 0 do not");
		return;
	case SBX_STAGE_FORK:
		iso_err_set(ret, ISO_ERR_HOST, 0, "fork: it ended before its sandbox was complete");
		return;
	case SBX_STAGE_WATCH:
		iso_err_set(ret, ISO_ERR_HOST, f->code, "watch the test process");
		return;
	case SBX_STAGE_CGROUP:
		iso_err_set(ret, ISO_ERR_HOST, f->code, "cgroup '%s'",
			    f->step < p->job.cgroups->n_groups
				    ? p->job.cgroups->groups[f->step].name
				    : "");
		return;
	case SBX_STAGE_INIT:
	case SBX_STAGE_TEST:
		break;
	}
	const struct step_list *list = f->stage == SBX_STAGE_INIT ? &p->init : &p->test;
	if (f->step >= list->n) {
		iso_err_set(ret, ISO_ERR_INTERNAL, f->code, "sandbox step %u", f->step);
		return;
	}
	if (f->stage == SBX_STAGE_INIT && f->step < p->n_user_map_steps) {
		explain_user_map(f, ret);
		return;
	}
	const struct sbx_step *s = &list->steps[f->step];
	step_describe(s, &text);
	/* The kernel's word for an unknown kind of queue. */
	if (s->op == SBX_NETLINK && f->code == ENOENT) {
		iso_err_set(ret, ISO_ERR_HOST, 0, "%s: this kernel has no netem", buf_str(&text));
		iso_err_hint(ret, "modprobe sch_netem");
		return;
	}
	iso_err_set(ret, ISO_ERR_HOST, f->code, "%s", buf_str(&text));
	add_step_hint(&list->steps[f->step], f, ret);
}
