/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forks into sandboxes; how a process gets there is told in child_enter.c.
 *
 * A fork server makes the fork for another process that has spawned the sandbox,
 * watches it and hears how it ends.  That one lends it the job, packed in a file
 * as for an init that is a program, and the descriptors that stand in the job.
 * They have other numbers in the server: on the way a number is an index into
 * what is lent.
 *
 *   fds: 0 the job   1 init's pidfd   2 the test's end of the door   3… of the job
 */
#include "sandbox/fork.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "sandbox/pack.h"

enum { LOAN_JOB, LOAN_INIT, LOAN_DOOR, LOAN_REST };

static int explain(const struct sbx_entry *e, struct iso_err *err)
{
	int r = iso_err_set(err, ISO_ERR_HOST, e->code, "%s", e->doing);

	if (e->code == EAGAIN)
		iso_err_hint(err, "the limit of processes is reached; see 'ulimit -u'");
	else if (e->code == EINVAL)
		iso_err_hint(err, "a fork into a sandbox needs Linux 5.8 or newer");
	return r;
}


int fork_enter(struct sbx_entry *entry, struct iso_err *err)
{
	sigset_t all;
	sigset_t old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int r = child_enter(entry);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (r == 0)
		return 0;
	return r < 0 ? explain(entry, err) : entry->pid;
}

/* The steps that take a descriptor from outside. */
static bool takes_fd(const struct sbx_step *step)
{
	return step->op == SBX_STDIO || step->op == SBX_PASS_FD;
}

static int lend_fd(struct sbx_loan *loan, int fd)
{
	for (size_t i = LOAN_REST; i < loan->n; i++)
		if (loan->fds[i] == fd)
			return (int)i;
	if (loan->n == SBX_LOAN_MAX)
		return -1;
	loan->fds[loan->n] = fd;
	return (int)loan->n++;
}

/* A server has other descriptors to pass than those of the spec. */
static size_t lend_steps(const struct sbx_job *job, struct sbx_step *steps, struct sbx_loan *loan)
{
	size_t n = 0;

	for (size_t i = 0; i < job->n_test_steps; i++) {
		if (job->test_steps[i].op == SBX_PASS_FD)
			continue;
		steps[n] = job->test_steps[i];
		if (takes_fd(&steps[n]))
			steps[n].fd = lend_fd(loan, steps[n].fd);
		n++;
	}
	return n;
}

int fork_lend(const struct sbx_job *job, int init_fd, int door_fd, struct sbx_loan *ret,
	      struct iso_err *err)
{
	_cleanup_free_ struct sbx_step *steps = calloc(job->n_test_steps + 1, sizeof(*steps));
	struct cg_plan cgroups = *job->cgroups;
	struct sbx_loan loan = { .fds = { -1, init_fd, door_fd }, .n = LOAN_REST };

	if (!steps)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "fork");
	for (uint32_t i = 0; i < cgroups.n_groups; i++)
		cgroups.groups[i].parent_fd = lend_fd(&loan, cgroups.groups[i].parent_fd);
	const struct sbx_job lent = {
		.test_steps = steps,
		.n_test_steps = lend_steps(job, steps, &loan),
		.cgroups = &cgroups,
		.envp = job->envp,
		.namespaces = job->namespaces,
	};
	loan.fds[LOAN_JOB] = pack_job(&lent);
	if (loan.fds[LOAN_JOB] < 0)
		return iso_err_set(err, ISO_ERR_HOST, loan.fds[LOAN_JOB], "pack the fork's job");
	*ret = loan;
	return 0;
}

/* The numbers that its descriptors have here; false: it names one that is not there. */
static bool take_fds(const struct sbx_job *job, const int *fds, size_t n)
{
	struct sbx_step *steps = (struct sbx_step *)(uintptr_t)job->test_steps;
	struct cg_plan *cgroups = (struct cg_plan *)(uintptr_t)job->cgroups;
	bool all = true;

	for (size_t i = 0; i < job->n_test_steps; i++)
		if (takes_fd(&steps[i])) {
			all = all && (size_t)steps[i].fd < n;
			steps[i].fd = all ? fds[steps[i].fd] : -1;
		}
	for (uint32_t i = 0; i < cgroups->n_groups; i++) {
		struct cg_group_plan *g = &cgroups->groups[i];

		all = all && (size_t)g->parent_fd < n;
		g->parent_fd = all ? fds[g->parent_fd] : -1;
	}
	return all;
}

/* The entries become part of the environment. */
static int set_environment(char *const *envp)
{
	for (; *envp; envp++)
		if (putenv(*envp) != 0)
			return -ENOMEM;
	return 0;
}

static int map_job(int fd, void **ret, size_t *ret_size)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size < (off_t)sizeof(struct pack_head))
		return -EPROTO;
	void *at = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	*ret = at;
	*ret_size = (size_t)st.st_size;
	return 0;
}

int sbx_fork_into(const int *fds, size_t n, bool close_fds, struct iso_err *err)
{
	void *packed = NULL;
	size_t size = 0;
	int r = n < LOAN_REST ? -EPROTO : map_job(fds[LOAN_JOB], &packed, &size);

	if (r < 0)
		return iso_err_set(err, ISO_ERR_HOST, r, "read the fork's job");
	const struct sbx_job *job = pack_unpack(packed);
	struct sbx_entry entry = {
		.job = job,
		.init_fd = fds[LOAN_INIT],
		.door_fd = fds[LOAN_DOOR],
		.close_fds = close_fds,
	};
	if (take_fds(job, fds, n))
		r = fork_enter(&entry, err);
	else
		r = iso_err_set(err, ISO_ERR_HOST, EPROTO, "read the fork's job");
	if (r != 0) {
		munmap(packed, size);
		return r;
	}
	/* Nothing of a test is to run without what its sandbox says. */
	if (set_environment(job->envp) < 0)
		_exit(125);
	return 0;
}
