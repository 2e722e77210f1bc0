/* SPDX-License-Identifier: Apache-2.0 */
/* isorun: wraps a command by what was worked out before, and holds no library
 * but libc, because loading ours would cost more than the sandbox (a static
 * program starts in half the time).  Whatever needs more than launching is
 * isorun-full's, which takes over with the same arguments. */
#include <ctype.h>
#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "cli/guard.h"
#include "cli/host_dirs.h"
#include "cli/host_prepare.h"
#include "cli/say.h"
#include "cli/scope.h"
#include "cli/words.h"
#include "cli/wrap.h"

static int call_full(char **argv)
{
	struct iso_err err = ISO_ERR_INIT;
	_cleanup_free_ char *program = NULL;

	if (host_full_program(&program, &err) < 0)
		return say_fault(&err);
	execv(program, argv);
	iso_err_set(&err, ISO_ERR_HOST, errno, "run '%s'", program);
	iso_err_hint(&err, "isorun and isorun-full belong together: install both");
	return say_fault(&err);
}

/* Names of users are looked up by NSS, which a static program cannot load. */
static bool is_user_name(const char *user)
{
	return user && !isdigit((unsigned char)user[0]);
}

static bool wants_full(const struct wrap_values *v, char **command)
{
	const struct spec_changes *changes = &v->sandbox.changes;

	for (size_t i = 0; i < changes->n; i++)
		if (str_eq(changes->list[i].opt->name, "seccomp-log") ||
		    (str_eq(changes->list[i].opt->name, "user") &&
		     is_user_name(changes->list[i].value)))
			return true;
	return v->help || v->version || v->status_file || !*command;
}

/* Returns a status, or -1 where isorun-full has to take over. */
static int launch(const struct wrap_values *v, char **command)
{
	const char *profile = v->sandbox.profile ? v->sandbox.profile : HOST_DEFAULT_PROFILE;
	struct iso_err err = ISO_ERR_INIT;
	_cleanup_free_ char *runtime_dir = NULL;
	_cleanup_free_ char *policy = NULL;
	_cleanup_free_ char *searched = NULL;
	struct prepared prepared = { 0 };
	struct wrap w = { .values = v, .command = command, .prepared = &prepared };
	int status = -1;

	if (host_runtime_dir(&runtime_dir, &err) < 0 ||
	    options_sandbox_policy(&v->sandbox, &policy, &err) < 0 ||
	    host_profiles_searched(&searched, &err) < 0)
		return say_fault(&err);
	if (prepared_load(runtime_dir, &(struct prepare_wish){ profile, policy, searched },
			  &prepared) < 0)
		return -1;
	w.runtime_dir = runtime_dir;
	/* Names of calls take libseccomp. */
	if (!is_user_name(prepared.spec.user) && !prepared.spec.seccomp_log &&
	    !scope_is_wanted(&prepared.place))
		status = wrap_apply(&w, &err) < 0 ? say_fault(&err) : wrap_run(&w);
	prepared_fini(&prepared);
	return status;
}

int main(int argc, char **argv)
{
	struct wrap_values v = { 0 };
	struct iso_err err = ISO_ERR_INIT;
	char **command;
	int status = guard_check();

	if (status)
		return status;
	say_debug_lines();
	if (argc < 2 || word_is_subcommand(argv[1]) || str_eq(argv[1], "--dump-options"))
		return call_full(argv);
	if (wrap_parse_environment(&v, &err) < 0 ||
	    opt_parse(&wrap_options, OPT_STOP_AT_WORD, argv + 1, &v, &command, &err) < 0 ||
	    wrap_check_word(argv + 1, command, &err) < 0)
		return say_fault(&err);
	status = wants_full(&v, command) ? -1 : launch(&v, command);
	wrap_values_fini(&v);
	return status < 0 ? call_full(argv) : status;
}
