/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/profile.h - finds a profile by name or file, follows its inheritance, fills a spec. */
#ifndef SANDBOX_PROFILE_H
#define SANDBOX_PROFILE_H

#include "base/err.h"
#include "model/spec.h"

/* Looks for NAME.ini in, first found wins: $XDG_CONFIG_HOME/isorun/profiles
 * (or ~/.config/…), /etc/isorun/profiles, the installed profiles; a name with
 * a '/' or ending in ".ini" is a file.  `dirs` is that list of directories
 * (NULL-terminated, made by the caller: the library reads no environment).
 * spec must be initialised (spec_init).  Every file that was read is added to
 * *ret_files (strv), which may be NULL.  Unknown names: ISO_ERR_USAGE with
 * "did you mean"; circles of inheritance are named. */
int profile_load(const char *name, char *const *dirs, struct spec *spec, char ***ret_files,
		 struct iso_err *err);

/* The names that can be found, sorted, without duplicates. */
int profile_list(char *const *dirs, char ***ret_names, struct iso_err *err);

#endif
