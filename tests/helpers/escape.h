/* SPDX-License-Identifier: Apache-2.0 */
/* escape.h - attempts to get out of a sandbox, each a row of a table: what the
 * files of the helper `escape` share. */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an attempt returns; anything above 0 is the errno that refused it. */
enum { ESCAPED = 0, LACKS = -1 /* this machine has no such thing */ };

/* Where an attempt can be shown to succeed without doing harm. */
enum outside {
	ANYONE,	    /* here, by an ordinary user as well */
	ROOT,	    /* here, by root */
	APART,	    /* in namespaces that are thrown away */
	APART_ROOT, /* the same, by root */
	NOWHERE,    /* it would do harm, or only shows in a sandbox */
};

/* Where it may succeed, by design; `why` says the reason. */
enum {
	NEVER = 0,
	DEFAULT_ROOT = 1,
	DEFAULT_USER = 2,
	STRICT_ROOT = 4,
	STRICT_USER = 8,
	DEFAULT = DEFAULT_ROOT | DEFAULT_USER,
	STRICT = STRICT_ROOT | STRICT_USER,
};

struct escape {
	const char *name;
	enum outside outside;
	unsigned may;
	const char *tries;
	const char *why;  /* unless it never may */
	int (*run)(void); /* NULL: the call below, with arguments that do no harm */
	long call;
	long args[6];
};

struct escape_table {
	const struct escape *rows;
	size_t n;
};

extern const struct escape_table escape_bombs, escape_calls, escape_files, escape_ids,
	escape_mounts, escape_net, escape_processes;

#define TABLE(name, rows)                                                                          \
	const struct escape_table name = { rows, sizeof(rows) / sizeof((rows)[0]) }

/* What victim() left in ./scene: "" when it has no such line. */
const char *scene(const char *key);
unsigned long scene_number(const char *key);
/* A path below the victim's own directory in /tmp. */
const char *scene_path(const char *name);

int victim(void);  /* the process outside that is to be left alone; ends on SIGTERM */
int witness(void); /* prints what must stay as it is */

extern char victim_mark[32]; /* the program is not position independent: at one address in all */
#define VICTIM_MARK "untouched"
#define SECRET	    "secret of the outside\n"

/* By the return value of a call: -1 and errno, else it got through. */
int got(long r);
/* The call was let in: what it then answers to our useless arguments is no
 * refusal. */
int reached(long r);
/* Opens a file; with flags for reading, reads a byte, too. */
int got_open(const char *path, int flags);
/* The descriptor can be read, and holds the secret; closes it. */
int got_secret(int fd);
bool open_secret_below(int dir_fd);
/* Runs itself as `escape WORD`, with or without an exec; the exit status. */
int status_of_child(int (*run)(void));

#endif
