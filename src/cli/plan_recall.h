/* SPDX-License-Identifier: Apache-2.0 */
/* cli/plan_recall.h - what the newest run here says of isorun's own share of the time. */
#ifndef CLI_PLAN_RECALL_H
#define CLI_PLAN_RECALL_H

#include "planner/simulate.h"

/* Fills in own_ns and own_cpu_ns for so many jobs, which the options' limits say,
 * from the newest run below state_dir.  Where there is none that came to its
 * end, or it was short, from what was measured elsewhere. */
void plan_recall_own(const char *state_dir, struct plan_sim_options *o);

#endif
