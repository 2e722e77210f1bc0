/* SPDX-License-Identifier: Apache-2.0 */
/* base/conf.h - INI files through inih, with the place of every entry kept. */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/err.h"

/*
 * `key = value` or `key: value` under `[section]`.  Comments begin with ; or #
 * at the start of a line, or with a ; after a blank anywhere.  A section's name
 * runs to the last ] of its line.  A line that inih cannot hold (above 197 bytes
 * as it is usually built) is an error, never cut.
 *
 * Called for each entry in file order, and once with key NULL and value NULL
 * for each section header (so that empty sections are seen); the section is ""
 * before the first.  `where` is "file:line".  A continuation line (indented)
 * comes as another call with the same key.  Return 0, or a negative errno with
 * *err filled to stop.
 */
typedef int conf_entry_fn(const char *section, const char *key, const char *value,
			  const char *where, void *arg, struct iso_err *err);

/* `name` is what errors call the file.  Syntax errors: ISO_ERR_USAGE with file:line. */
int conf_parse_file(const char *path, conf_entry_fn *entry, void *arg, struct iso_err *err);
int conf_parse_text(const char *text, const char *name, conf_entry_fn *entry, void *arg,
		    struct iso_err *err);

#endif
