/* SPDX-License-Identifier: Apache-2.0 */
#include "report/paint.h"

#include <assert.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/time.h"

static const char *const sequences[] = {
	[PAINT_PLAIN] = "",       [PAINT_GOOD] = "\033[32m", [PAINT_BAD] = "\033[31m",
	[PAINT_WARN] = "\033[33m", [PAINT_DIM] = "\033[2m",   [PAINT_BOLD] = "\033[1m",
};
static_assert(ARRAY_SIZE(sequences) == PAINT_COUNT, "every paint has its sequence");

static const struct {
	const char *word;
	enum paint paint;
} outcomes[] = {
	[OUTCOME_PASSED] = { "ok", PAINT_GOOD },
	[OUTCOME_FAILED] = { "FAIL", PAINT_BAD },
	[OUTCOME_TIMED_OUT] = { "TIME", PAINT_BAD },
	[OUTCOME_OUT_OF_MEMORY] = { "OOM", PAINT_BAD },
	[OUTCOME_CRASHED] = { "CRASH", PAINT_BAD },
	[OUTCOME_SKIPPED] = { "skip", PAINT_DIM },
	[OUTCOME_FLAKY] = { "flaky", PAINT_WARN },
	[OUTCOME_NOT_RUN] = { "not", PAINT_WARN },
	[OUTCOME_ERROR] = { "ERROR", PAINT_BAD },
	[OUTCOME_QUARANTINED] = { "quar", PAINT_WARN },
};
static_assert(ARRAY_SIZE(outcomes) == OUTCOME_COUNT, "every outcome has its word");

void paint_on(struct buf *b, bool color, enum paint paint)
{
	if (color)
		buf_adds(b, sequences[paint]);
}

void paint_off(struct buf *b, bool color, enum paint paint)
{
	if (color && paint != PAINT_PLAIN)
		buf_adds(b, "\033[0m");
}

const char *outcome_word(enum outcome o)
{
	return outcomes[o].word;
}

enum paint outcome_paint(enum outcome o)
{
	return outcomes[o].paint;
}

const char *paint_time(char text[NUM_TEXT], int64_t ns)
{
	if (ns < NSEC_PER_SEC / 10 || ns >= NSEC_PER_SEC)
		return num_format_time(text, ns);

	/* "0.4s" beside "12.3s" reads better down a column than "412ms". */
	int64_t tenths = (ns + NSEC_PER_SEC / 20) / (NSEC_PER_SEC / 10);
	snprintf(text, NUM_TEXT, "%d.%ds", (int)(tenths / 10), (int)(tenths % 10));
	return text;
}

const char *paint_size(char text[NUM_TEXT], uint64_t bytes)
{
	if (bytes > 0)
		return num_format_size(text, bytes);
	snprintf(text, NUM_TEXT, "-");
	return text;
}
