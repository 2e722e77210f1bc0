/* SPDX-License-Identifier: Apache-2.0 */
#include "base/xml.h"

#include <errno.h>
#include <libxml/xmlreader.h>
#include <libxml/xmlwriter.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"

struct xml {
	xmlBufferPtr memory;
	xmlTextWriterPtr writer;
	bool failed; /* sticky: the writer fails only for lack of memory */
};

/* XML 1.0, 2.2: Char.  libxml2 would write the others as they are, and no
 * reader takes the document then. */
static bool is_xml_char(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xD800) ||
	       (c >= 0xE000 && c != 0xFFFE && c != 0xFFFF);
}

static const xmlChar *as_xml(const char *s)
{
	return (const xmlChar *)s;
}

void xml_free(struct xml *x)
{
	if (!x)
		return;
	if (x->writer)
		xmlFreeTextWriter(x->writer);
	if (x->memory)
		xmlBufferFree(x->memory);
	free(x);
}

struct xml *xml_new(void)
{
	struct xml *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->memory = xmlBufferCreate();
	if (x->memory)
		x->writer = xmlNewTextWriterMemory(x->memory, 0);
	if (!x->writer || xmlTextWriterSetIndent(x->writer, 1) < 0 ||
	    xmlTextWriterStartDocument(x->writer, "1.0", "UTF-8", NULL) < 0) {
		xml_free(x);
		return NULL;
	}
	return x;
}

void xml_open(struct xml *x, const char *element)
{
	if (!x->failed)
		x->failed = xmlTextWriterStartElement(x->writer, as_xml(element)) < 0;
}

void xml_attr(struct xml *x, const char *name, const char *value)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	if (x->failed)
		return;
	utf8_add_clean(&b, value, strlen(value), is_xml_char);
	x->failed = b.error || xmlTextWriterWriteAttribute(x->writer, as_xml(name),
							   as_xml(buf_str(&b))) < 0;
}

void xml_attrf(struct xml *x, const char *name, const char *fmt, ...)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	if (b.error)
		x->failed = true;
	else
		xml_attr(x, name, buf_str(&b));
}

void xml_text(struct xml *x, const char *text, size_t len)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	if (x->failed)
		return;
	utf8_add_clean(&b, text, len, is_xml_char);
	x->failed = b.error || xmlTextWriterWriteString(x->writer, as_xml(buf_str(&b))) < 0;
}

void xml_close(struct xml *x)
{
	if (!x->failed)
		x->failed = xmlTextWriterEndElement(x->writer) < 0;
}

int xml_finish(struct xml *x, char **ret_text)
{
	if (x->failed || xmlTextWriterEndDocument(x->writer) < 0 ||
	    xmlTextWriterFlush(x->writer) < 0)
		return -ENOMEM;
	char *text = strdup((const char *)xmlBufferContent(x->memory));
	if (!text)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}

struct xml_reader {
	struct buf text;
	xmlTextReaderPtr reader;
	bool to_close; /* it stands at an element without content */
};

void xml_reader_free(struct xml_reader *r)
{
	if (!r)
		return;
	if (r->reader)
		xmlFreeTextReader(r->reader);
	buf_free(&r->text);
	free(r);
}

struct xml_reader *xml_reader_new(const char *text, size_t len)
{
	struct xml_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	utf8_add_clean(&r->text, text, len, is_xml_char);
	if (!r->text.error && r->text.len <= INT_MAX)
		r->reader = xmlReaderForMemory(buf_str(&r->text), (int)r->text.len, NULL, "UTF-8",
					       XML_PARSE_NONET | XML_PARSE_NOERROR |
						       XML_PARSE_NOWARNING);
	if (r->reader)
		return r;
	xml_reader_free(r);
	return NULL;
}

/* What the reader of libxml2 calls a piece; XML_END: nothing of ours. */
static enum xml_piece piece_of(int type)
{
	switch (type) {
	case XML_READER_TYPE_ELEMENT: return XML_OPEN;
	case XML_READER_TYPE_END_ELEMENT: return XML_CLOSE;
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA: return XML_TEXT;
	default: return XML_END;
	}
}

int xml_reader_next(struct xml_reader *r, enum xml_piece *ret)
{
	enum xml_piece piece = XML_END;
	int more = 1;

	if (r->to_close) {
		r->to_close = false;
		*ret = XML_CLOSE;
		return 0;
	}
	while (piece == XML_END && (more = xmlTextReaderRead(r->reader)) == 1)
		piece = piece_of(xmlTextReaderNodeType(r->reader));
	if (more < 0)
		return -EBADMSG;
	r->to_close = piece == XML_OPEN && xmlTextReaderIsEmptyElement(r->reader) == 1;
	*ret = piece;
	return 0;
}

const char *xml_reader_name(const struct xml_reader *r)
{
	return (const char *)xmlTextReaderConstLocalName(r->reader);
}

const char *xml_reader_text(const struct xml_reader *r)
{
	const xmlChar *text = xmlTextReaderConstValue(r->reader);

	return text ? (const char *)text : "";
}

char *xml_reader_attr(struct xml_reader *r, const char *name)
{
	xmlChar *value = xmlTextReaderGetAttribute(r->reader, as_xml(name));
	char *copy = value ? strdup((const char *)value) : NULL;

	xmlFree(value);
	return copy;
}
