/* SPDX-License-Identifier: Apache-2.0 */
/* cli/host_dirs.h - where isorun keeps its files on this host: the only place that asks the
 * environment for it. */
#ifndef CLI_HOST_DIRS_H
#define CLI_HOST_DIRS_H

#include <stdbool.h>

#include "base/err.h"

/* Whether this is a test of another isorun, as its environment says: a user's test
 * sees no group above it. */
bool host_is_nested(void);

/* The ledger's and the cache's: /run/isorun as root; else
 * $XDG_RUNTIME_DIR/isorun; without that /tmp/isorun-UID.  Made (0700) when
 * missing, refused when it is another user's or open to others. */
int host_runtime_dir(char **ret, struct iso_err *err);

/* Of history and runs: $ISORUN_STATE_DIR, $XDG_STATE_HOME/isorun,
 * ~/.local/state/isorun.  Made (0700) when missing. */
int host_state_dir(char **ret, struct iso_err *err);

/* Of scratches on disk: "scratch" in the state directory, which it makes. */
int host_scratch_dir(char **ret, struct iso_err *err);

/* Where profiles are looked for, first wins: $XDG_CONFIG_HOME/isorun/profiles
 * or ~/.config's, /etc/isorun/profiles, those beside this program, those that
 * were installed.  NULL-terminated. */
int host_profile_dirs(char ***ret, struct iso_err *err);

/* Where the Python of `contrib/pytest` may lie; NULL-terminated. */
int host_python_dirs(char ***ret, struct iso_err *err);

/* A text that is the same where host_profile_dirs' are: of the user's own directory
 * and of the installation.  One system call. */
int host_profiles_searched(char **ret, struct iso_err *err);

/* Absolute path of isorun-full: beside this program (self_dir, from
 * /proc/self/exe), in ../libexec/isorun, or where it was installed. */
int host_full_program(char **ret, struct iso_err *err);

#endif
