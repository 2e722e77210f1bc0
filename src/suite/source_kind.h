/* SPDX-License-Identifier: Apache-2.0 */
/* suite/source_kind.h - what each kind of source provides, and what they share. */
#ifndef SUITE_SOURCE_KIND_H
#define SUITE_SOURCE_KIND_H

#include <stdbool.h>

#include "base/capture.h"
#include "base/err.h"
#include "base/json.h"
#include "model/test.h"
#include "suite/source.h"

/* Where a source is loaded from, and where its tests go. */
struct source_ctx {
	const char *base_dir;     /* absolute: relative names start here, tests run here */
	const char *cwd;          /* absolute: where the tests run instead; NULL: base_dir */
	struct test_suite *suite;
	struct suite_settings *settings;
	enum source_granularity granularity; /* of the source's section */
	unsigned depth;           /* of manifests that name manifests */
};

enum { SOURCE_DEPTH_MAX = 8 };

struct source_kind {
	const char *name;       /* what stands before the ':' */
	const char *argument;   /* what stands behind it: "GLOB" */
	const char *looked_for; /* by detect, for the message that nothing was found; "": nothing */
	bool names_place;       /* the argument is a file or directory: the tree, where it lies
				 * elsewhere */

	/* Adds the tests that `argument` names; none is an error. */
	int (*load)(const struct source_ctx *ctx, const char *argument, struct iso_err *err);

	/* Adds the tests that ctx->base_dir holds by the habits of this kind;
	 * none is no error. */
	int (*detect)(const struct source_ctx *ctx, struct iso_err *err);

	/* The argument that names what ctx->base_dir holds by these habits, told by its
	 * files alone: no tool is asked.  NULL: nothing, or nothing that is sure. */
	const char *(*seen)(const struct source_ctx *ctx);
};

extern const struct source_kind source_manifest;
extern const struct source_kind source_ctest;
extern const struct source_kind source_meson;
extern const struct source_kind source_automake;
extern const struct source_kind source_tap;
extern const struct source_kind source_exec;
extern const struct source_kind source_lines;
extern const struct source_kind source_gtest;
extern const struct source_kind source_catch2;
extern const struct source_kind source_go;
extern const struct source_kind source_cargo;
extern const struct source_kind source_bats;
extern const struct source_kind source_lit;
extern const struct source_kind source_pytest;
extern const struct source_kind source_forkserver;

/* In the order in which detection tries them; NULL past the end. */
const struct source_kind *source_kind_at(size_t i);

/* As source_load, for any context. */
int source_load_in(const struct source_ctx *ctx, const char *source, struct iso_err *err);

/* The first kind that finds tests in ctx->base_dir adds them; none does:
 * ISO_ERR_USAGE that says what was looked for. */
int source_detect(const struct source_ctx *ctx, struct iso_err *err);

/* Runs a tool or a program that knows the tests, in `dir`, and reads what it prints; the
 * caller finishes *ret after 0.  One that is not installed or fails, unless any status will
 * do, is ISO_ERR_USAGE with what it said.  `name` is what messages call it; NULL: argv. */
int source_capture(char *const *argv, const char *name, const char *dir, bool any_status,
		   struct capture *ret, struct iso_err *err);

/* Likewise, and parses the JSON that it prints; the caller frees. */
int source_ask(char *const *argv, const char *dir, struct json **ret, struct iso_err *err);

/* A list of strings, or one string, into the suite's arena, behind what *list holds.  0 or
 * -ENOMEM. */
int source_add_strings(struct test_suite *s, const struct json *value, char ***list);

/* The directory that `argument` names, clean; the caller frees.  One that does not hold the
 * file that `marks` it: ISO_ERR_USAGE with the hint. */
int source_build_dir(const struct source_ctx *ctx, const char *argument, const char *marks,
		     const char *hint, char **ret, struct iso_err *err);

/* The first of `patterns` (as for source_glob) that matches a file; NULL: none does. */
const char *source_first_match(const struct source_ctx *ctx, const char *const *patterns);

/* Of kinds without habits that are sure. */
const char *source_seen_none(const struct source_ctx *ctx);

/* Whether ctx->base_dir holds something of that name. */
bool source_has(const struct source_ctx *ctx, const char *name);

/* The build directory that ctx->base_dir is, or that lies at a usual place below, where `top`
 * says that it is the top of such sources: "." or "build", say.  `marks` is what each
 * holds.  NULL: none. */
const char *source_find_build(const struct source_ctx *ctx, const char *top, const char *marks);

/* The regular files that any of `patterns` (NULL-terminated; glob(3), relative
 * to ctx->base_dir) matches, sorted, each once, as absolute paths.  The caller
 * frees; no match gives the empty list. */
int source_glob(const struct source_ctx *ctx, const char *const *patterns, char ***ret,
		struct iso_err *err);

/* Adds the tests that a fork server lists, and the server to the settings, which takes it in any
 * case.  -EPIPE: it ended before it had listed all. */
struct forkserver;
int source_forkserver_list(const struct source_ctx *ctx, struct forkserver *taken,
			   struct iso_err *err);

/* A test made of a file: its id is the path relative to base_dir where it lies
 * below it, its program the path, its working directory that of the context.
 * NULL when out of memory. */
struct test *source_add_file(const struct source_ctx *ctx, const char *path);

/* How the test's command names the file: relative to where it runs when that
 * is base_dir (as a runner by hand would), always with a '/', else absolute.
 * From the suite's arena; NULL when out of memory. */
const char *source_file_word(const struct source_ctx *ctx, const char *path);

#endif
