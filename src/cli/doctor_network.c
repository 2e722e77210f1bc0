/* SPDX-License-Identifier: Apache-2.0 */
/* What a network needs beyond a namespace of its own: extras, whose lack takes
 * nothing from the isolation. */
#include "cli/doctor.h"

#include <string.h>

#define MIB (UINT64_C(1) << 20)

/* Where none could be made the trial went on without. */
static bool has_namespace(const struct doctor_trial *t, struct doctor_finding *ret)
{
	if (!t->degraded || !strstr(t->degraded, "namespaces ("))
		return true;
	doctor_find(ret, DOCTOR_ABSENT, "see the row 'network namespace'", "%s",
		    "no network of its own to change");
	return false;
}

void doctor_nat(struct doctor *d, struct doctor_finding *ret)
{
	static const struct doctor_entry nat[] = { { "network", "mode", "nat" }, { 0 } };
	struct doctor_trial t;

	if (doctor_try(d, ":", 64 * MIB, false, nat, &t, ret) && has_namespace(&t, ret))
		doctor_find(ret, DOCTOR_OK, NULL, "%s", "pasta connected a network to the host's");
	else if (ret->state == DOCTOR_MISSING)
		ret->state = DOCTOR_ABSENT;
	doctor_trial_fini(&t);
}

void doctor_netem(struct doctor *d, struct doctor_finding *ret)
{
	static const struct doctor_entry late[] = { { "network", "delay", "1ms" }, { 0 } };
	struct doctor_trial t;

	if (!doctor_try(d, ":", 64 * MIB, false, late, &t, ret))
		ret->state = DOCTOR_ABSENT;
	else if (t.degraded && strstr(t.degraded, "network delay"))
		doctor_find(ret, DOCTOR_ABSENT, "modprobe sch_netem, of a kernel that has it", "%s",
			    "the kernel cannot make a network slow or lossy");
	else if (has_namespace(&t, ret))
		doctor_find(ret, DOCTOR_OK, NULL, "%s", "lo was made slower");
	doctor_trial_fini(&t);
}
