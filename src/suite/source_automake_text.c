/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/source_automake_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/str.h"

#define MARK "isorun-tell"

const char automake_rule_name[] = MARK;

/* The variables of endings (SH_LOG_COMPILE) are those that the Makefile has.  Everything is
 * expanded where a test's recipe would expand it, too: in a recipe. */
const char automake_rule[] =
	".PHONY: " MARK "\n"
	MARK ":\n"
	"\t$(foreach v,SHELL SUBDIRS srcdir TESTS XFAIL_TESTS TEST_EXTENSIONS"
	" AM_TESTS_ENVIRONMENT TESTS_ENVIRONMENT AM_TESTS_FD_REDIRECT DISABLE_HARD_ERRORS"
	" $(filter LOG_COMPILE LOG_DRIVER %LOG_DRIVER_FLAGS %_LOG_COMPILE %_LOG_DRIVER"
	",$(.VARIABLES)),$(info " MARK " $(v)=$($(v))))\n"
	"\t$(foreach v,TEST_LOGS am__tty_colors am__recursive_targets"
	",$(info " MARK " flavor-$(v)=$(flavor $(v))))\n"
	"\t@echo " MARK "-env; env -0; echo " MARK "-end\n";

static const char variable_mark[] = MARK " ";
static const char env_mark[] = MARK "-env\n";
static const char end_mark[] = MARK "-end\n";

/* Of make and of the shell that it runs, not of the Makefile. */
static bool is_of_make(const char *entry)
{
	static const char *const names[] = {
		"_", "MAKEFILES", "MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MAKE_TERMERR",
		"MAKE_TERMOUT", "MFLAGS", "OLDPWD", "PWD", "SHLVL",
	};
	const size_t len = strcspn(entry, "=");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == len && memcmp(names[i], entry, len) == 0)
			return true;
	return false;
}

/* *text goes past it. */
static int read_env(const char **text, const char *end, struct automake_told *ret)
{
	while (*text < end && !str_starts(*text, end_mark)) {
		const char *stop = memchr(*text, '\0', (size_t)(end - *text));

		if (!stop)
			return -EINVAL;
		if (!is_of_make(*text) && strv_add(&ret->env, *text) < 0)
			return -ENOMEM;
		*text = stop + 1;
	}
	if (*text >= end)
		return -EINVAL;
	*text += strlen(end_mark);
	return 0;
}

static bool is_log_rule(const char *line)
{
	const char *colon = strstr(line, ".log:");

	return colon && strcspn(line, " \t#%=") > (size_t)(colon - line);
}

static int read_line(const char *line, bool rules, struct automake_told *ret)
{
	if (rules)
		return is_log_rule(line) ? strv_add(&ret->logs, line) : 0;
	if (!str_starts(line, variable_mark))
		return 0;
	return strv_add(&ret->variables, line + strlen(variable_mark));
}

int automake_read(const char *out, size_t len, struct automake_told *ret)
{
	const char *const end = out + len;
	const char *text = out;
	bool rules = false;
	int r = 0;

	*ret = (struct automake_told){ 0 };
	while (r == 0 && text < end) {
		if (!rules && str_starts(text, env_mark)) {
			text += strlen(env_mark);
			r = read_env(&text, end, ret);
			rules = true;
			continue;
		}
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		_cleanup_free_ char *line = strndup(text, (size_t)((stop ? stop : end) - text));

		r = line ? read_line(line, rules, ret) : -ENOMEM;
		text = stop ? stop + 1 : end;
	}
	return r == 0 && !rules ? -EINVAL : r;
}

void automake_told_fini(struct automake_told *told)
{
	strv_free(told->variables);
	strv_free(told->env);
	strv_free(told->logs);
	*told = (struct automake_told){ 0 };
}

/* What stands behind "NAME<separator>" in one of the list. */
static const char *behind(char *const *list, const char *name, char separator)
{
	const size_t len = strlen(name);

	for (; list && *list; list++)
		if (strncmp(*list, name, len) == 0 && (*list)[len] == separator)
			return *list + len + 1;
	return "";
}

const char *automake_variable(const struct automake_told *told, const char *name)
{
	return behind(told->variables, name, '=');
}

const char *automake_prerequisites(const struct automake_told *told, const char *log)
{
	return behind(told->logs, log, ':');
}

/* "SH" of ".sh": what the variables of that ending begin with. */
static char *prefix_of(const char *ending)
{
	char *prefix = ending ? strdup(ending + 1) : NULL;

	for (char *c = prefix; c && *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return prefix;
}

static enum automake_driver driver_of(const char *driver, const char *flags)
{
	_cleanup_strv_ char **words = NULL;

	if (strv_split(driver, " \t", &words) < 0)
		return AUTOMAKE_DRIVER_STATUS;
	for (char **w = words; w && *w; w++) {
		const char *base = path_base(*w);

		if (!str_eq(base, "tap-driver.sh") && !str_eq(base, "tap-driver.pl"))
			continue;
		return strstr(flags, "--ignore-exit") || strstr(driver, "--ignore-exit")
			? AUTOMAKE_DRIVER_TAP_ALONE : AUTOMAKE_DRIVER_TAP;
	}
	return AUTOMAKE_DRIVER_STATUS;
}

/* "AM_SH_LOG_FLAGS", "LOG_DRIVER"; NULL: out of memory. */
static const char *of_ending(const struct automake_told *told, const char *lead,
			     const char *prefix, const char *name)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	buf_addf(&b, "%s%s%s%s", lead, prefix ? prefix : "", prefix ? "_" : "", name);
	return b.error ? NULL : automake_variable(told, buf_str(&b));
}

int automake_way_of(const struct automake_told *told, const char *test, struct automake_way *ret)
{
	_cleanup_strv_ char **endings = NULL;
	const char *ending = NULL;

	if (strv_split(automake_variable(told, "TEST_EXTENSIONS"), " \t", &endings) < 0)
		return -ENOMEM;
	for (char **e = endings; e && *e && !ending; e++)
		if ((*e)[0] == '.' && str_ends(test, *e))
			ending = *e;
	_cleanup_free_ char *prefix = prefix_of(ending);
	const size_t len = strlen(test) - (ending ? strlen(ending) : 0);
	_cleanup_buf_ struct buf flags = BUF_INIT;

	if (ending && !prefix)
		return -ENOMEM;
	const char *compile = of_ending(told, "", prefix, "LOG_COMPILE");
	const char *driver = of_ending(told, "", prefix, "LOG_DRIVER");
	const char *own_flags = of_ending(told, "", prefix, "LOG_DRIVER_FLAGS");
	const char *am_flags = of_ending(told, "AM_", prefix, "LOG_DRIVER_FLAGS");

	if (!compile || !driver || !own_flags || !am_flags)
		return -ENOMEM;
	buf_addf(&flags, "%s %s", am_flags, own_flags);
	ret->base = strndup(test, len);
	if (!ret->base || flags.error)
		return -ENOMEM;
	ret->compile = compile;
	ret->driver = driver_of(driver, buf_str(&flags));
	return 0;
}

bool automake_is_plain(const char *words)
{
	return words[strcspn(words, "\n\"'\\$`;&|<>(){}*?[]~#!=")] == '\0';
}
