/* SPDX-License-Identifier: Apache-2.0 */
/* isorun/error.h - what went wrong, in words: filled in beside a negative return value. */
#ifndef ISORUN_ERROR_H
#define ISORUN_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ISO_PUBLIC
#define ISO_PUBLIC __attribute__((visibility("default")))
#endif

/* Who has to act; it picks isorun's exit status. */
enum iso_err_kind {
	ISO_ERR_NONE = 0,
	ISO_ERR_USAGE,    /* the command line or the configuration: exit status 2 */
	ISO_ERR_HOST,     /* the host refused or lacks something: exit status 125 */
	ISO_ERR_INTERNAL, /* a fault of isorun's own: exit status 125 */
};

/* A fixed size: nothing to free, and it survives a full memory.  Start from
 * ISO_ERR_INIT.  Functions take a pointer to one last and accept NULL; they
 * leave it untouched when they succeed. */
struct iso_err {
	int code;               /* errno value, positive; 0: no error */
	enum iso_err_kind kind;
	char text[504];         /* one line, no newline; with a "hint: " line
				 * after a newline where the cure is known */
};

#define ISO_ERR_INIT { 0, ISO_ERR_NONE, "" }

#ifdef __cplusplus
}
#endif
#endif
