/* SPDX-License-Identifier: Apache-2.0 */
/* cli/wrap.h - one wrapped command from its options to its exit status; shared by `isorun`, which
 * holds no library, and isorun-full. */
#ifndef CLI_WRAP_H
#define CLI_WRAP_H

#include <stdbool.h>

#include "cli/opt.h"
#include "cli/options_sandbox.h"
#include "engine/engine.h"
#include "engine/prepare.h"
#include "model/result.h"

struct wrap_values {
	bool help;                      /* begins as struct values_sandbox */
	struct options_sandbox sandbox;
	bool explain;
	bool raise;
	bool retry_oom;
	bool version;
	const char *status_file;        /* NULL: no record wanted */
	char **environment;             /* the words of ISORUN_OPTIONS */
};
void wrap_values_fini(struct wrap_values *v);

extern const struct opt_table wrap_options;

/* Takes the options that ISORUN_OPTIONS holds, for runners that cannot pass any to
 * a launcher test by test: before those of the command line, which win.
 * ISO_ERR_USAGE. */
int wrap_parse_environment(struct wrap_values *v, struct iso_err *err);

/* A subcommand's word behind options is a mistake: `isorun -t 5 suite` would
 * look for a program of that name.  ISO_ERR_USAGE. */
int wrap_check_word(char **argv, char **command, struct iso_err *err);

/* What only isorun-full can do with the end of an attempt; NULL: nothing. */
typedef int wrap_record_fn(const char *file, const struct result *r, struct iso_err *err);

/* Not a command of the caller's but a suite's test. */
struct wrap_test {
	const char *id;
	const char *run;        /* ISORUN_RUN */
	const char *cwd;
	const char *workspace;
	const struct amounts *amounts; /* tokens and locks */
};

struct wrap {
	const struct wrap_values *values;
	char **command;
	const char *runtime_dir;
	struct prepared *prepared;      /* its spec is changed by the options */
	const struct wrap_test *test;   /* NULL: none */
	bool interactive;               /* a shell ignores SIGTERM: isorun's own hangs it up */
	int (*name_refusal)(const struct sbx_refused *refused, struct refusal *ret); /* engine.h */
	wrap_record_fn *record;         /* of values->status_file */
};

/* Applies the options to the profile's spec; warns of contradictions that the
 * options made. */
int wrap_apply(const struct wrap *w, struct iso_err *err);

/* What the profile leaves to the kind of thing that is run. */
void wrap_spec_defaults(struct spec *spec);

/* Runs it; returns isorun's exit status, having said on standard error what
 * the command's own status does not say. */
int wrap_run(const struct wrap *w);

/* wrap_tell.c: the lines on standard error about how it ended; what was given up is
 * told apart. */
void wrap_tell(const char *command, const struct result *r, const struct spec *spec);
/* What was given up, from the n-th on; returns how many there are. */
size_t wrap_tell_degraded(const struct result *r, size_t n_told);
void wrap_tell_again(const struct result *r, uint64_t next_bytes, bool alone);

#endif
