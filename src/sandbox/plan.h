/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/plan.h - a plan being compiled: the rooms of sandbox/ add their steps to it. */
#ifndef SANDBOX_PLAN_H
#define SANDBOX_PLAN_H

#include "base/arena.h"
#include "sandbox/sandbox.h"
#include "sandbox/step.h"

struct step_list {
	struct sbx_step *steps;
	size_t n;
	size_t cap;
};

struct sbx_plan {
	struct arena *arena;       /* all strings and arrays */
	struct step_list init;
	struct step_list test;
	struct sbx_job job;
	uint64_t clone_flags;
	char *const *nat_argv;     /* of pasta; NULL: no nat */
	const char *resolv_conf;   /* for the sandbox; NULL: the host's own will do */
	size_t n_user_map_steps;   /* the first of init's */
	int init_fd;               /* init as a program; 0: it is a copy of this process */
	bool fork;                 /* the test comes by sbx_fork */
	bool close_fds;            /* likewise: only pass_fds stay, ascending */
	const int *pass_fds;
	size_t n_pass_fds;
	int next_fd;               /* the next number for a step's descriptor */
	struct sbx_layer *layers;  /* job.layers, while it is made */
	const char *workspace;
	bool failed;               /* out of memory; checked once at the end */
};

/* Appends a step and returns it to be filled; never NULL: when memory is short
 * the plan fails at its end. */
struct sbx_step *plan_init_step(struct sbx_plan *p, enum sbx_op op);
struct sbx_step *plan_test_step(struct sbx_plan *p, enum sbx_op op);
const char *plan_str(struct sbx_plan *p, const char *s);
const char *plan_fmt(struct sbx_plan *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Of errno, after a look at a path: nothing is there that the test could reach
 * either.  After any other error something may be: its step is made all the
 * same, and says why it fails. */
bool plan_is_missing(void);
/* Whose fault that is, for a path that must be there. */
enum iso_err_kind plan_lack_kind(void);

/* mounts.c: everything the mount namespace needs. */
int plan_mounts(struct sbx_plan *p, const struct sbx_request *rq, struct iso_err *err);
int plan_take_fd(struct sbx_plan *p);
/* A clone of the tree at path, to be placed later. */
int plan_hold_tree(struct sbx_plan *p, const char *path, bool readonly, const char *about);
void plan_place_tree(struct sbx_plan *p, int fd, const char *path);

/* nat.c: pasta's command line and the resolv.conf that goes with it, before the
 * mounts; and the step that waits for it, after them. */
int plan_nat(struct sbx_plan *p, struct iso_err *err);
void plan_nat_step(struct sbx_plan *p);

/* shape.c: delay, loss and rate on lo, where the spec asks for them. */
void plan_shape(struct sbx_plan *p, const struct spec *spec);

/* dev.c: a minimal /dev.  Its nodes are held while the host's /dev is in
 * reach; then it is filled in a directory that is made already. */
enum { PLAN_DEV_NODES = 6 };
void plan_dev_hold(struct sbx_plan *p, int ret_fds[PLAN_DEV_NODES]);
void plan_dev_fill(struct sbx_plan *p, const char *dir, const int fds[PLAN_DEV_NODES]);
/* That what fd holds of `path` is the character device of that number. */
void plan_dev_check(struct sbx_plan *p, int fd, const char *path, dev_t number);
/* terminal.c: a terminal of its own, and the test's standard streams on it. */
void plan_terminal(struct sbx_plan *p, const struct sbx_request *rq);
void plan_terminal_stdio(struct sbx_plan *p);

/* identity.c: user map, ids, capabilities, no_new_privs, seccomp. */
void plan_user_map(struct sbx_plan *p);
int plan_scratch(struct sbx_plan *p, const struct sbx_request *rq, struct iso_err *err);
int plan_identity(struct sbx_plan *p, const struct sbx_request *rq, struct iso_err *err);

/* explain.c: one step in words, without its outcome. */
void step_describe(const struct sbx_step *s, struct buf *ret);
/* A fault as a sentence with its hint. */
void fault_explain(const struct sbx_plan *p, const struct sbx_fault *f, struct iso_err *ret);

#endif
