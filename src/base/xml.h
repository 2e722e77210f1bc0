/* SPDX-License-Identifier: Apache-2.0 */
/* base/xml.h - XML written through libxml2; bytes that XML 1.0 forbids are replaced by U+FFFD. */
#ifndef BASE_XML_H
#define BASE_XML_H

#include <stddef.h>

#include "base/err.h"

struct xml;

struct xml *xml_new(void);                  /* a document being written; NULL: no memory */
void xml_free(struct xml *x);
void xml_open(struct xml *x, const char *element);
void xml_attr(struct xml *x, const char *name, const char *value);
void xml_attrf(struct xml *x, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void xml_text(struct xml *x, const char *text, size_t len);
void xml_close(struct xml *x);
int xml_finish(struct xml *x, char **ret_text); /* 0 or -ENOMEM; the document, indented */

#endif
