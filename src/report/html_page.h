/* SPDX-License-Identifier: Apache-2.0 */
/* report/html_page.h - the page that shows a run: what is the same in each, and its data. */
#ifndef REPORT_HTML_PAGE_H
#define REPORT_HTML_PAGE_H

#include "base/buf.h"

/* Bytes on their way to a file; the first fault sticks. */
struct page {
	int fd;          /* borrowed */
	int error;
	struct buf text; /* not yet written */
};

/* The page up to where its data begins, what comes between data that is shown at once and
 * data that can wait, and the end. */
void page_begin(struct page *p);
void page_script(struct page *p);
int page_end(struct page *p); /* 0 or -errno; frees what is held */

/* A script element of that id with JSON in it, nothing of which the HTML parser sees. */
void page_data_begin(struct page *p, const char *id);
void page_data(struct page *p, const char *json);
void page_data_end(struct page *p);

#endif
