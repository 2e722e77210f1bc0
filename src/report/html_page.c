/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html_page.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fs.h"

#define FLUSH_BYTES 262144

/* The files of report/html/, one after the other, byte for byte. */
#define FILE_OF(name) "	.incbin \"src/report/html/" name "\"\n"
__asm__(".section .rodata\n"
	"html_head_begin:\n" FILE_OF("head.html") "html_head_end:\n"
	"html_style_begin:\n" FILE_OF("page.css") "html_style_end:\n"
	"html_body_begin:\n" FILE_OF("body.html") "html_body_end:\n"
	"html_script_begin:\n"
	FILE_OF("data.js") FILE_OF("text.js") FILE_OF("timeline.js") FILE_OF("lanes.js")
	FILE_OF("table.js") FILE_OF("parts.js") FILE_OF("test.js") FILE_OF("main.js")
	"html_script_end:\n"
	"	.previous\n");

#define PART(name)                                                                         \
	extern const char html_##name##_begin[] __attribute__((visibility("hidden")));      \
	extern const char html_##name##_end[] __attribute__((visibility("hidden")))
PART(head);
PART(style);
PART(body);
PART(script);
#define ADD_PART(page, name)                                                               \
	buf_add(&(page)->text, html_##name##_begin,                                         \
		(size_t)(html_##name##_end - html_##name##_begin))

static void flush(struct page *p)
{
	if (p->error == 0)
		p->error = p->text.error;
	if (p->error == 0 && p->text.len > 0)
		p->error = fs_write_all(p->fd, p->text.data, p->text.len);
	buf_clear(&p->text);
}

void page_begin(struct page *p)
{
	ADD_PART(p, head);
	buf_adds(&p->text, "<style>\n");
	ADD_PART(p, style);
	buf_adds(&p->text, "</style>\n");
	ADD_PART(p, body);
}

void page_script(struct page *p)
{
	buf_adds(&p->text, "<script>\n");
	ADD_PART(p, script);
	buf_adds(&p->text, "</script>\n");
	flush(p);
}

int page_end(struct page *p)
{
	buf_adds(&p->text, "</body>\n</html>\n");
	flush(p);
	buf_free(&p->text);
	return p->error;
}

void page_data_begin(struct page *p, const char *id)
{
	buf_addf(&p->text, "<script type=\"application/json\" id=\"%s\">", id);
}

/* In JSON these stand in strings only.  "<" begins all that ends a script element or
 * makes its parser see a comment; the two line ends of Unicode end a line for old readers
 * of JavaScript. */
void page_data(struct page *p, const char *json)
{
	for (;;) {
		const size_t n = strcspn(json, "<\xe2");

		buf_add(&p->text, json, n);
		json += n;
		if (!*json)
			break;
		if (*json == '<') {
			buf_adds(&p->text, "\\u003c");
			json++;
		} else if (strncmp(json, "\xe2\x80\xa8", 3) == 0 ||
			   strncmp(json, "\xe2\x80\xa9", 3) == 0) {
			buf_addf(&p->text, "\\u202%c", json[2] == '\xa8' ? '8' : '9');
			json += 3;
		} else {
			buf_addc(&p->text, *json++);
		}
	}
	if (p->text.len > FLUSH_BYTES)
		flush(p);
}

void page_data_end(struct page *p)
{
	buf_adds(&p->text, "</script>\n");
}
