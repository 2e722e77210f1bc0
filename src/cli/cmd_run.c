/* SPDX-License-Identifier: Apache-2.0 */
/* Wrapping a command, with what needs libraries: profiles that are not in the
 * cache yet, users by name, --status. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/host_dirs.h"
#include "cli/host_prepare.h"
#include "cli/say.h"
#include "cli/wrap.h"
#include "report/sink.h"
#include "sandbox/sandbox.h"
#include "sandbox/seccomp.h"

/* A device or a pipe cannot be replaced by a new file; /dev/stdout must not be,
 * although what it leads to may be one. */
static bool is_replaceable(const char *path)
{
	struct stat st;

	return !str_starts(path, "/dev/") && !str_starts(path, "/proc/") &&
	       (stat(path, &st) < 0 || S_ISREG(st.st_mode));
}

static int record(const char *file, const struct result *r, struct iso_err *err)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_buf_ struct buf line = BUF_INIT;
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *real = NULL; /* where a link leads */
	int code = result_record_text(r, &text);

	if (code < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, code, "write '%s'", file);
	buf_addf(&line, "%s\n", text);
	if (is_replaceable(file)) {
		if (path_real(file, &real) < 0)
			real = NULL;
		code = fs_replace_at(AT_FDCWD, real ? real : file, buf_str(&line), line.len, 0666);
	} else {
		fd = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);
		code = fd < 0 ? -errno : fs_write_all(fd, buf_str(&line), line.len);
	}
	return code < 0 ? iso_err_set(err, ISO_ERR_HOST, code, "write '%s'", file) : 0;
}

/* Before anything runs: a result that cannot be written would be lost. */
static int check_record(const char *file, struct iso_err *err)
{
	_cleanup_free_ char *real = NULL;
	_cleanup_free_ char *dir = NULL;
	struct stat st;

	if (str_eq(file, "-"))
		return iso_err_set(err, ISO_ERR_USAGE, 0,
				   "option '--status': '-' is no file; standard output is the "
				   "command's, /dev/stderr would do");
	if (path_real(file, &real) < 0)
		real = NULL;
	if (stat(file, &st) == 0 && S_ISDIR(st.st_mode))
		return iso_err_set(err, ISO_ERR_USAGE, EISDIR, "option '--status': '%s'", file);
	dir = is_replaceable(file) ? path_dir(real ? real : file) : strdup(file);
	if (!dir)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "option '--status'");
	if (access(*dir ? dir : ".", W_OK) < 0)
		return iso_err_set(err, ISO_ERR_USAGE, errno, "option '--status': '%s'", file);
	return 0;
}

static int wrap(const struct wrap_values *v, char **command)
{
	struct iso_err err = ISO_ERR_INIT;
	_cleanup_free_ char *runtime_dir = NULL;
	_cleanup_free_ char *policy = NULL;
	struct prepared prepared = { 0 };
	struct wrap w = {
		.values = v,
		.command = command,
		.prepared = &prepared,
		.name_refusal = seccomp_name_refusal,
		.record = v->status_file ? record : NULL,
	};
	int status;
	int r = v->status_file ? check_record(v->status_file, &err) : 0;

	if (r == 0)
		r = host_runtime_dir(&runtime_dir, &err);
	w.runtime_dir = runtime_dir;
	if (r == 0)
		r = options_sandbox_policy(&v->sandbox, &policy, &err);
	if (r == 0)
		r = host_prepare(runtime_dir, v->sandbox.profile, policy, &prepared, &err);
	if (r == 0)
		r = wrap_apply(&w, &err);
	if (r == 0)
		r = sbx_resolve_user(&prepared.spec, &err);
	status = r < 0 ? say_fault(&err) : wrap_run(&w);
	prepared_fini(&prepared);
	return status;
}

static int run(char **argv)
{
	struct wrap_values v = { 0 };
	struct iso_err err = ISO_ERR_INIT;
	char **command;
	int status;
	int r = wrap_parse_environment(&v, &err);

	if (r == 0)
		r = command_parse(&cmd_run, OPT_STOP_AT_WORD, argv, &v, &command, &err);
	if (r == 0 && v.version) {
		puts("isorun " ISORUN_VERSION);
		r = 1;
	}
	if (r == 0)
		r = wrap_check_word(argv, command, &err);
	if (r == 0 && !*command)
		r = iso_err_set(&err, ISO_ERR_USAGE, 0,
				"no command; usage: isorun [OPTIONS] [--] COMMAND [ARG...]");
	if (r < 0)
		status = say_fault(&err);
	else
		status = r > 0 ? 0 : wrap(&v, command);
	wrap_values_fini(&v);
	return status;
}

const struct command cmd_run = {
	.name = "isorun",
	.words = "COMMAND [ARG...]",
	.summary = "Runs a command apart from all others: with namespaces, a private /tmp and a\n"
		   "memory limit of its own, admitted when the memory budget allows.",
	.options = &wrap_options,
	.run = run,
};
