/* SPDX-License-Identifier: Apache-2.0 */
/* cli/host_prepare.h - a profile ready to run with: from the cache, else made. */
#ifndef CLI_HOST_PREPARE_H
#define CLI_HOST_PREPARE_H

#include "engine/prepare.h"

#define HOST_DEFAULT_PROFILE "default"

/* Made with the libraries, so only isorun-full contains it.  profile NULL: the default one;
 * policy NULL: the profile's own. */
int host_prepare(const char *runtime_dir, const char *profile, const char *policy,
		 struct prepared *ret, struct iso_err *err);

#endif
