/* SPDX-License-Identifier: Apache-2.0 */
/* What a network needs beyond a namespace of its own: extras, whose lack takes
 * nothing from the isolation. */
#include "cli/doctor.h"

#define MIB (UINT64_C(1) << 20)

void doctor_nat(struct doctor *d, struct doctor_finding *ret)
{
	static const struct doctor_entry nat[] = { { "network", "mode", "nat" }, { 0 } };
	struct doctor_trial t;

	if (doctor_try(d, ":", 64 * MIB, nat, &t, ret))
		doctor_find(ret, DOCTOR_OK, NULL, "%s", "pasta connected a network to the host's");
	else if (ret->state == DOCTOR_MISSING)
		ret->state = DOCTOR_ABSENT;
	doctor_trial_fini(&t);
}
