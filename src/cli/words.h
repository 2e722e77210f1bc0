/* SPDX-License-Identifier: Apache-2.0 */
/* cli/words.h - the words that are subcommands and not commands to wrap. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <stdbool.h>
#include <stddef.h>

bool word_is_subcommand(const char *word);
/* The subcommand that a slip of the fingers made this of, or NULL. */
const char *word_nearest(const char *word);
/* Sorted; NULL past the end. */
const char *word_at(size_t i, const void *unused);

#endif
