/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds what pid 1 reports.  A test cannot write there, but a pid 1 that goes
 * wrong must not take a whole suite with it. */
#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/news.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *argv[] = { (char *)"true", NULL };
	static struct sbx_step steps[2] = { { .op = SBX_SETSID }, { .op = SBX_NNP } };
	static const struct cg_plan cgroups;
	struct sbx_plan plan = { .init = { .steps = steps, .n = 2 },
				 .test = { .steps = steps, .n = 2 } };
	struct news_reader r = { .plan = &plan };
	int ends[2];

	plan.job.argv = argv;
	plan.job.candidates = argv;
	plan.job.cgroups = &cgroups;
	/* What a pipe holds: 64 KiB, pipe(7). */
	if (size > 60000)
		return -1;
	assert(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
	assert(write(ends[1], data, size) == (ssize_t)size);
	close(ends[1]);
	while (!r.news.closed)
		news_read(&r, ends[0], NULL);
	close(ends[0]);
	assert(!r.news.faulty || r.news.fault.text[0]);
	news_fini(&r.news);
	return 0;
}
