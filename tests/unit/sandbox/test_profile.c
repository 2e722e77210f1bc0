/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/profile.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"

/* Two directories of a search path in one that goes away at the end. */
struct place {
	char top[40];
	char *user;
	char *system;
	char *dirs[4];
	struct spec spec;
	struct iso_err err;
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p || spec_init(&p->spec) < 0)
		return -1;
	memcpy(p->top, "/tmp/isorun-test-profile-XXXXXX", 32);
	if (!mkdtemp(p->top) || asprintf(&p->user, "%s/user", p->top) < 0 ||
	    asprintf(&p->system, "%s/system", p->top) < 0)
		return -1;
	p->dirs[0] = p->user;
	p->dirs[1] = (char *)"/nonexistent/profiles";
	p->dirs[2] = p->system;
	*state = p;
	return mkdir(p->user, 0700) || mkdir(p->system, 0700);
}

static int drop_place(void **state)
{
	struct place *p = *state;

	fs_remove_tree_at(AT_FDCWD, p->top);
	spec_fini(&p->spec);
	free(p->user);
	free(p->system);
	free(p);
	return 0;
}

static void put(const char *dir, const char *name, const char *text)
{
	_cleanup_free_ char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", dir, name) > 0);
	assert_int_equal(fs_replace_at(AT_FDCWD, path, text, strlen(text), 0600), 0);
}

static void loads(struct place *p, const char *name)
{
	p->err = (struct iso_err)ISO_ERR_INIT;
	if (profile_load(name, p->dirs, &p->spec, NULL, &p->err) < 0)
		fail_msg("%s", p->err.text);
}

/* The text of the error. */
static const char *refuses(struct place *p, const char *name)
{
	p->err = (struct iso_err)ISO_ERR_INIT;
	assert_true(profile_load(name, p->dirs, &p->spec, NULL, &p->err) < 0);
	assert_int_equal(p->err.kind, ISO_ERR_USAGE);
	return p->err.text;
}

static void the_first_directory_that_has_the_name_wins(void **state)
{
	struct place *p = *state;

	put(p->user, "a.ini", "[limits]\npids = 1\n");
	put(p->system, "a.ini", "[limits]\npids = 2\n");
	put(p->system, "b.ini", "[limits]\npids = 3\n");
	loads(p, "a");
	assert_int_equal(p->spec.pids, 1);
	assert_string_equal(p->spec.profile, "a");
	loads(p, "b");
	assert_int_equal(p->spec.pids, 3);
	assert_string_equal(p->spec.profile, "b");
}

static void what_is_inherited_comes_first_wherever_inherit_stands(void **state)
{
	struct place *p = *state;

	put(p->system, "base.ini", "[profile]\ndescription = the base\n"
				   "[limits]\npids = 1\n[filesystem]\nhide = /a\n");
	put(p->user, "top.ini", "[limits]\npids = 2\n[filesystem]\nhide = /b\n"
				"[profile]\ninherit = base\n");
	loads(p, "top");
	assert_int_equal(p->spec.pids, 2);
	assert_string_equal(p->spec.hide[0], "/a");
	assert_string_equal(p->spec.hide[1], "/b");
	assert_null(p->spec.description);
}

static void a_profile_that_inherits_its_own_name_adds_to_the_next_one(void **state)
{
	struct place *p = *state;

	put(p->system, "default.ini", "[limits]\npids = 1\ntimeout = 9s\n");
	put(p->user, "default.ini", "[profile]\ninherit = default\n[limits]\npids = 2\n");
	loads(p, "default");
	assert_int_equal(p->spec.pids, 2);
	assert_true(p->spec.timeout_ns > 0);

	put(p->system, "default.ini", "[profile]\ninherit = default\n");
	assert_non_null(strstr(refuses(p, "default"), "no later directory"));
}

static void every_file_that_was_read_is_told(void **state)
{
	struct place *p = *state;
	_cleanup_strv_ char **files = NULL;

	put(p->system, "base.ini", "");
	put(p->user, "top.ini", "[profile]\ninherit = base\n");
	assert_int_equal(profile_load("top", p->dirs, &p->spec, &files, NULL), 0);
	assert_int_equal(strv_len(files), 2);
	assert_true(str_ends(files[0], "/user/top.ini"));
	assert_true(str_ends(files[1], "/system/base.ini"));
}

static void a_circle_is_named_from_end_to_end(void **state)
{
	struct place *p = *state;
	_cleanup_strv_ char **files = NULL;

	put(p->user, "a.ini", "[profile]\ninherit = b\n");
	put(p->user, "b.ini", "\n[profile]\ninherit = c\n");
	put(p->user, "c.ini", "[profile]\ninherit = b\n");
	const char *text = refuses(p, "a");
	assert_non_null(strstr(text, "a -> b -> c -> b"));
	assert_non_null(strstr(text, "/user/c.ini:2: "));
	assert_true(profile_load("a", p->dirs, &p->spec, &files, NULL) < 0);
	assert_null(files);
}

static void a_row_of_profiles_without_end_is_cut(void **state)
{
	struct place *p = *state;

	for (int i = 0; i < 40; i++) {
		char name[16];
		char text[48];
		snprintf(name, sizeof(name), "p%d.ini", i);
		snprintf(text, sizeof(text), "[profile]\ninherit = p%d\n", i + 1);
		put(p->user, name, text);
	}
	assert_non_null(strstr(refuses(p, "p0"), "too many profiles in a row"));
}

static void an_unknown_name_gets_its_neighbour(void **state)
{
	struct place *p = *state;

	put(p->system, "strict.ini", "");
	assert_non_null(strstr(refuses(p, "stritc"), "did you mean 'strict'?"));
	assert_non_null(strstr(refuses(p, "unlike-any"), "isorun profile"));
	put(p->user, "top.ini", "[profile]\ninherit = stritc\n");
	const char *text = refuses(p, "top");
	assert_non_null(strstr(text, "/user/top.ini:2: profile 'stritc'"));
	assert_non_null(strstr(text, "did you mean 'strict'?"));
}

static void a_fault_has_its_file_and_line_and_leaves_the_spec_alone(void **state)
{
	struct place *p = *state;

	put(p->user, "bad.ini", "[limits]\npids = 7\nmemroy = 1G\n");
	const char *text = refuses(p, "bad");
	assert_non_null(strstr(text, "/user/bad.ini:3: "));
	assert_non_null(strstr(text, "did you mean 'memory'?"));
	assert_int_equal(p->spec.pids, 0);
	assert_null(p->spec.profile);

	put(p->user, "bad.ini", "[limits]\nnonsense\n");
	assert_non_null(strstr(refuses(p, "bad"), "/user/bad.ini:2: "));
	put(p->user, "bad.ini", "pids = 7\n");
	assert_non_null(strstr(refuses(p, "bad"), "before the first [section]"));
	put(p->user, "bad.ini", "[profile]\ninherit = a\ninherit = b\n");
	assert_non_null(strstr(refuses(p, "bad"), "bad.ini:3: "));
	put(p->user, "bad.ini", "[profil]\n");
	assert_non_null(strstr(refuses(p, "bad"), "did you mean [profile]?"));
}

static void a_name_with_a_slash_or_the_suffix_is_a_file(void **state)
{
	struct place *p = *state;
	_cleanup_free_ char *path = NULL;

	put(p->top, "own.ini", "[profile]\ninherit = ./base.ini\n[limits]\npids = 5\n");
	put(p->top, "base.ini", "[limits]\ntimeout = 3s\n");
	assert_true(asprintf(&path, "%s/own.ini", p->top) > 0);
	loads(p, path);
	assert_int_equal(p->spec.pids, 5);
	assert_true(p->spec.timeout_ns > 0);
	assert_string_equal(p->spec.profile, path);
	assert_non_null(strstr(refuses(p, "missing.ini"), "No such file"));
}

static void names_are_listed_once_and_sorted(void **state)
{
	struct place *p = *state;
	_cleanup_strv_ char **names = NULL;

	put(p->user, "b.ini", "");
	put(p->user, ".hidden.ini", "");
	put(p->user, "README", "");
	put(p->system, "b.ini", "");
	put(p->system, "a.ini", "");
	assert_int_equal(profile_list(p->dirs, &names, NULL), 0);
	assert_int_equal(strv_len(names), 2);
	assert_string_equal(names[0], "a");
	assert_string_equal(names[1], "b");
}

/* The four that isorun comes with; tests run at the top of the sources. */
static char *const shipped[] = { (char *)"profiles", NULL };

static void each_profile_that_isorun_comes_with_is_sound(void **state)
{
	struct place *p = *state;
	_cleanup_strv_ char **names = NULL;

	if (access(shipped[0], R_OK) < 0)
		skip();
	assert_int_equal(profile_list(shipped, &names, NULL), 0);
	assert_true(strv_len(names) >= 4);
	for (size_t i = 0; i < strv_len(names); i++) {
		struct spec s;
		_cleanup_strv_ char **warnings = NULL;
		assert_int_equal(spec_init(&s), 0);
		if (profile_load(names[i], shipped, &s, NULL, &p->err) < 0)
			fail_msg("%s", p->err.text);
		assert_non_null(s.description);
		assert_int_equal(spec_check(&s, &warnings), 0);
		if (warnings)
			fail_msg("%s: %s", names[i], warnings[0]);
		spec_fini(&s);
	}
}

static void no_text_of_a_key_is_too_long_for_a_line_of_a_profile(void **state)
{
	struct place *p = *state;

	if (access(shipped[0], R_OK) < 0)
		skip();
	assert_int_equal(profile_load("strict", shipped, &p->spec, NULL, &p->err), 0);
	for (size_t i = 0; spec_key_at(i); i++) {
		_cleanup_free_ char *text = NULL;
		_cleanup_strv_ char **lines = NULL;
		assert_int_equal(spec_get_text(&p->spec, i, &text), 0);
		assert_int_equal(strv_split(text, "\n", &lines), 0);
		for (size_t j = 0; j < strv_len(lines); j++)
			assert_true(strlen(lines[j]) <= 100);
	}
}

static void strict_lets_nothing_out(void **state)
{
	struct place *p = *state;

	if (access(shipped[0], R_OK) < 0)
		skip();
	assert_int_equal(profile_load("strict", shipped, &p->spec, NULL, &p->err), 0);
	assert_int_equal(p->spec.namespaces, SPEC_NS_ALL);
	assert_int_equal(p->spec.net, SPEC_NET_NONE);
	assert_int_equal(p->spec.root, SPEC_TREE_READONLY);
	assert_int_equal(p->spec.workspace, SPEC_TREE_OVERLAY);
	assert_true(p->spec.no_new_privs);
	assert_false(p->spec.keep_caps_all);
	assert_int_equal(strv_len(p->spec.capabilities), 0);
	assert_string_equal(p->spec.seccomp, "strict");
	assert_true(p->spec.env_clear);
	assert_true(p->spec.pids > 0);
	assert_true(strv_has(p->spec.private_dirs, "/run"));
	assert_true(strv_has(p->spec.private_dirs, "/home"));
}

static void network_is_default_but_for_the_network(void **state)
{
	struct place *p = *state;
	struct spec base;

	if (access(shipped[0], R_OK) < 0)
		skip();
	assert_int_equal(spec_init(&base), 0);
	assert_int_equal(profile_load("network", shipped, &p->spec, NULL, &p->err), 0);
	assert_int_equal(profile_load("default", shipped, &base, NULL, &p->err), 0);
	for (size_t i = 0; spec_key_at(i); i++) {
		const struct spec_key *k = spec_key_at(i);
		_cleanup_free_ char *a = NULL;
		_cleanup_free_ char *b = NULL;
		assert_int_equal(spec_get_text(&p->spec, i, &a), 0);
		assert_int_equal(spec_get_text(&base, i, &b), 0);
		if (str_eq(k->key, "mode") || str_eq(k->section, "namespaces") ||
		    str_eq(k->key, "description"))
			assert_string_not_equal(a, b);
		else
			assert_string_equal(a, b);
	}
	spec_fini(&base);
}

static void each_key_is_in_the_manual_page(void **state)
{
	(void)state;
	_cleanup_free_ char *page = NULL;
	const struct spec_key *k;

	if (fs_read("profiles/isorun-profile.5", 1 << 20, &page, NULL) < 0)
		skip();
	for (size_t i = 0; (k = spec_key_at(i)); i++) {
		_cleanup_free_ char *section = NULL;
		_cleanup_free_ char *item = NULL;
		assert_true(asprintf(&section, "\n.Ss [%s]\n", k->section) > 0);
		assert_true(asprintf(&item, "\n.It Ic %s No = ", k->key) > 0);
		const char *at = strstr(page, section);
		if (!at || !(at = strstr(at, item)))
			fail_msg("the manual page lacks [%s] %s", k->section, k->key);
		/* Under its own section, not a later one. */
		const char *next = strstr(strstr(page, section) + 1, "\n.Ss [");
		assert_true(!next || at < next);
	}
}

#define PLACE_TEST(f) cmocka_unit_test_setup_teardown(f, make_place, drop_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(the_first_directory_that_has_the_name_wins),
		PLACE_TEST(what_is_inherited_comes_first_wherever_inherit_stands),
		PLACE_TEST(a_profile_that_inherits_its_own_name_adds_to_the_next_one),
		PLACE_TEST(every_file_that_was_read_is_told),
		PLACE_TEST(a_circle_is_named_from_end_to_end),
		PLACE_TEST(a_row_of_profiles_without_end_is_cut),
		PLACE_TEST(an_unknown_name_gets_its_neighbour),
		PLACE_TEST(a_fault_has_its_file_and_line_and_leaves_the_spec_alone),
		PLACE_TEST(a_name_with_a_slash_or_the_suffix_is_a_file),
		PLACE_TEST(names_are_listed_once_and_sorted),
		PLACE_TEST(each_profile_that_isorun_comes_with_is_sound),
		PLACE_TEST(no_text_of_a_key_is_too_long_for_a_line_of_a_profile),
		PLACE_TEST(strict_lets_nothing_out),
		PLACE_TEST(network_is_default_but_for_the_network),
		cmocka_unit_test(each_key_is_in_the_manual_page),
	};

	return cmocka_run_group_tests_name("sandbox/profile", tests, NULL, NULL);
}
