/* SPDX-License-Identifier: Apache-2.0 */
/* cli/scope.h - asks the systemd of a user session for a cgroup of our own. */
#ifndef CLI_SCOPE_H
#define CLI_SCOPE_H

#include <stdbool.h>

#include "cgroup/cgroup.h"

/* Whether it may help: an ordinary user on cgroup v2 without a group to write to,
 * and a user manager that can be spoken to. */
bool scope_is_wanted(const struct cg_place *place);

/* Moves this process to a scope that is delegated to it, through busctl(1).  0, or
 * -errno with what went wrong in *err. */
int scope_enter(struct iso_err *err);

#endif
