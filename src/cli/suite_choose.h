/* SPDX-License-Identifier: Apache-2.0 */
/* cli/suite_choose.h - the options that choose by past runs, applied and told. */
#ifndef CLI_SUITE_CHOOSE_H
#define CLI_SUITE_CHOOSE_H

#include "cli/suite_args.h"
#include "history/history.h"

/* Keeps and orders the tests as --last-failed, --failed-first and --shard say, by the
 * history of the project (NULL: nothing is known), and says on standard error what came of
 * it, unless quiet.  None may be left in a shard.  *ret_n_first at the front are to start
 * first. */
int suite_choose(const struct options_select *select, struct history *history,
		 const char *project, bool quiet, struct test_suite *suite, size_t *ret_n_first,
		 struct iso_err *err);

#endif
