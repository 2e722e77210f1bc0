/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/policy.h - a seccomp policy as its INI files say it: which call is answered with what. */
#ifndef SANDBOX_POLICY_H
#define SANDBOX_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum policy_op {
	POLICY_EQ,
	POLICY_NE,
	POLICY_LT,
	POLICY_LE,
	POLICY_GT,
	POLICY_GE,
};

enum { POLICY_CALL_ARGS = 6, POLICY_ALLOW = 0 };

/* (argument & mask) OP value. */
struct policy_cond {
	unsigned arg;
	bool low;         /* intN: only the low 32 bits count, as they do to the kernel */
	enum policy_op op;
	uint64_t mask;
	uint64_t value;
};

/* All of its conditions hold: the answer. */
struct policy_rule {
	struct policy_rule *next;
	const char *call;
	int answer;       /* POLICY_ALLOW or an errno */
	const char *text; /* its conditions as they were written */
	struct policy_cond *conds;
	size_t n_conds;   /* 0: whatever the arguments are */
	unsigned level;   /* of the file: 0 is the one asked for */
	const char *where;
};

/* The rules of one call are tried in their order, those without a condition
 * last; where none holds, and for calls without a rule, `answer` is given. */
struct policy {
	struct arena *arena;
	const char *description; /* NULL: none */
	int answer;
	bool compat;      /* 32-bit programs run, under the same rules */
	struct policy_rule *first;
};

/* Looks for seccomp/NAME.ini in each of the profiles' directories `dirs`; a name
 * with a '/' is a file.  The rules of a file come before those that it inherits,
 * and one without a condition hides them.  Every file that was read is added to
 * *ret_files (strv; NULL: not wanted).  Faults are ISO_ERR_USAGE with file:line
 * and "did you mean". */
int policy_load(const char *name, char *const *dirs, struct policy **ret, char ***ret_files,
		struct iso_err *err);
void policy_free(struct policy *p);

/* With all that it inherits, as a file that says the same. */
void policy_to_text(const struct policy *p, struct buf *ret);

/* The names that can be found, sorted, without duplicates. */
int policy_list(char *const *dirs, char ***ret_names, struct iso_err *err);

/* policy_cond.c: "int1 == TIOCSTI and arg2 > 0" into the rule's conditions, in the
 * policy's arena. */
int policy_parse_conds(struct policy *p, struct policy_rule *rule, const char *text,
		       struct iso_err *err);

/* "EPERM" to its number, and back ("an error" where it has no name); -1: no such name. */
int policy_errno(const char *name);
const char *policy_errno_name(int code);

#endif
