/* SPDX-License-Identifier: Apache-2.0 */
/* base/xml.h - XML through libxml2, written and read; bytes that XML 1.0 forbids become U+FFFD. */
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

/* Of a document that is read in order: where the reader stands. */
enum xml_piece { XML_END, XML_OPEN, XML_CLOSE, XML_TEXT };

struct xml_reader;
/* Of UTF-8, where what XML forbids is taken as U+FFFD.  NULL: no memory. */
struct xml_reader *xml_reader_new(const char *text, size_t len);
void xml_reader_free(struct xml_reader *r); /* accepts NULL */
/* Elements without content are closed, too.  -EBADMSG: it is cut short, or no XML. */
int xml_reader_next(struct xml_reader *r, enum xml_piece *ret);
const char *xml_reader_name(const struct xml_reader *r); /* of an element; until the next */
const char *xml_reader_text(const struct xml_reader *r); /* of XML_TEXT; likewise */
/* Of an element that opens; the caller frees.  NULL: it has none, or no memory. */
char *xml_reader_attr(struct xml_reader *r, const char *name);

#endif
