/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/words.h"

#include "base/cleanup.h"
#include "base/str.h"

/* Beside the table in commands.c because the launcher must know these words
 * without holding what they run; a unit test compares the two. */
static const char *const words[] = {
	"doctor", "history", "list", "plan", "profile", "report", "shell", "status", "suite",
};

const char *word_at(size_t i, const void *unused)
{
	(void)unused;
	return i < ARRAY_SIZE(words) ? words[i] : NULL;
}

bool word_is_subcommand(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_eq(words[i], word))
			return true;
	return false;
}

const char *word_nearest(const char *word)
{
	return str_nearest(word, ARRAY_SIZE(words), word_at, NULL);
}
