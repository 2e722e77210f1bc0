/* SPDX-License-Identifier: Apache-2.0 */
#include "model/spec.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

static struct spec spec;
static struct iso_err err;

static int fresh(void **state)
{
	(void)state;
	err = (struct iso_err)ISO_ERR_INIT;
	return spec_init(&spec);
}

static int done(void **state)
{
	(void)state;
	spec_fini(&spec);
	return 0;
}

static void set(const char *section, const char *key, const char *value)
{
	if (spec_set(&spec, section, key, value, "p.ini:7", &err) < 0)
		fail_msg("%s = %s: %s", key, value, err.text);
}

/* The text of the error. */
static const char *refused(const char *section, const char *key, const char *value)
{
	err = (struct iso_err)ISO_ERR_INIT;
	assert_int_equal(spec_set(&spec, section, key, value, "p.ini:7", &err), -EINVAL);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	assert_true(str_starts(err.text, "p.ini:7: "));
	return err.text;
}

/* What the key says now; valid until the next call. */
static const char *text_of(const char *section, const char *key)
{
	static char *text;
	const struct spec_key *k;

	for (size_t i = 0; (k = spec_key_at(i)); i++)
		if (str_eq(k->section, section) && str_eq(k->key, key)) {
			free(text);
			text = NULL;
			assert_int_equal(spec_get_text(&spec, i, &text), 0);
			return text;
		}
	fail_msg("there is no key %s", key);
	return NULL;
}

static void the_table_is_sorted_and_tells_what_each_key_is(void **state)
{
	(void)state;
	for (size_t i = 0; spec_key_at(i); i++) {
		const struct spec_key *k = spec_key_at(i);
		assert_true(*k->values && *k->help);
		if (!i)
			continue;
		const struct spec_key *before = spec_key_at(i - 1);
		const int r = strcmp(before->section, k->section);
		assert_true(r < 0 || (r == 0 && strcmp(before->key, k->key) < 0));
	}
}

/* Lines of what a getter yields are entries of their own. */
static void set_lines(struct spec *to, const struct spec_key *k, const char *text)
{
	_cleanup_strv_ char **lines = NULL;

	assert_int_equal(strv_split(text, "\n", &lines), 0);
	for (size_t i = 0; i < strv_len(lines); i++)
		if (spec_set(to, k->section, k->key, lines[i], "again", &err) < 0)
			fail_msg("%s", err.text);
}

static void what_a_key_says_can_be_set_again(void **state)
{
	(void)state;
	struct spec again;
	const struct spec_key *k;
	set("namespaces", "own", "mount pid net");
	set("network", "mode", "none");
	set("filesystem", "private", "/tmp '/with blank' \"/it's\"");
	set("filesystem", "bind", "/a b:/c d:ro");
	set("filesystem", "bind", "/x");
	set("process", "capabilities", "chown");
	set("limits", "timeout", "1h30m");
	set("limits", "grace", "1234567us");
	set("limits", "memory", "1073741825");
	set("limits", "cpus", "0.25");
	set("network", "delay", "1500us");
	set("network", "loss", "0.125%");
	set("network", "rate", "1M");
	set("environment", "set", "A=x y");
	set("environment", "set", "B=");

	assert_int_equal(spec_init(&again), 0);
	for (size_t i = 0; (k = spec_key_at(i)); i++) {
		_cleanup_free_ char *text = NULL;
		if (str_eq(k->key, "inherit"))
			continue;
		assert_int_equal(spec_get_text(&spec, i, &text), 0);
		set_lines(&again, k, text);
	}
	for (size_t i = 0; spec_key_at(i); i++) {
		_cleanup_free_ char *a = NULL;
		_cleanup_free_ char *b = NULL;
		assert_int_equal(spec_get_text(&spec, i, &a), 0);
		assert_int_equal(spec_get_text(&again, i, &b), 0);
		assert_string_equal(a, b);
	}
	assert_int_equal(again.mem_bytes, 1073741825);
	assert_int_equal(again.grace_ns, 1234567000);
	assert_int_equal(again.namespaces, SPEC_NS_MOUNT | SPEC_NS_PID | SPEC_NS_NET);
	spec_fini(&again);
}

static void a_misspelt_key_names_its_neighbour(void **state)
{
	(void)state;
	const char *text = refused("limits", "memroy", "1G");
	assert_non_null(strstr(text, "'memroy'"));
	assert_non_null(strstr(text, "[limits]"));
	assert_non_null(strstr(text, "\nhint: did you mean 'memory'?"));
}

static void a_key_under_the_wrong_section_is_told_its_own(void **state)
{
	(void)state;
	assert_non_null(strstr(refused("process", "workspace", "overlay"), "[filesystem]"));
}

static void a_misspelt_section_names_its_neighbour(void **state)
{
	(void)state;
	assert_non_null(strstr(refused("limts", "memory", "1G"), "did you mean [limits]?"));
	/* An empty section is refused as well. */
	assert_non_null(strstr(refused("limts", NULL, NULL), "did you mean [limits]?"));
	assert_int_equal(spec_set(&spec, "limits", NULL, NULL, "p.ini:7", &err), 0);
}

static void a_misspelt_value_names_its_neighbour(void **state)
{
	(void)state;
	const char *text = refused("network", "mode", "lopback");
	assert_non_null(strstr(text, "'lopback'"));
	assert_non_null(strstr(text, "loopback|none|host"));
	assert_non_null(strstr(text, "did you mean 'loopback'?"));
	assert_non_null(strstr(refused("process", "capabilities", "cap_choown"), "'chown'"));
	assert_non_null(strstr(refused("namespaces", "own", "mnt"), "'mnt'"));
}

static void an_absurdly_long_value_still_gives_an_error_with_its_place(void **state)
{
	(void)state;
	char value[4000];
	memset(value, 'x', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	refused("network", "mode", value);
	refused("limits", value, "1");
	refused(value, "memory", "1");
}

static void a_percentage_has_its_sign_and_at_most_three_decimals(void **state)
{
	(void)state;
	set("network", "loss", "100%");
	assert_int_equal(spec.net_loss_milli, 100000);
	set("network", "loss", "0.001%");
	assert_int_equal(spec.net_loss_milli, 1);
	set("network", "loss", "none");
	assert_int_equal(spec.net_loss_milli, 0);
	refused("network", "loss", "5");
	refused("network", "loss", "%");
	refused("network", "loss", "");
	refused("network", "loss", "0%");
	refused("network", "loss", "100.001%");
	refused("network", "loss", "0.0001%");
}

static void each_spelling_of_yes_and_no_is_read(void **state)
{
	(void)state;
	static const char *const yes[] = { "yes", "true", "on", "1" };
	static const char *const no[] = { "no", "false", "off", "0" };
	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		set("environment", "clear", yes[i]);
		assert_true(spec.env_clear);
		set("environment", "clear", no[i]);
		assert_false(spec.env_clear);
	}
	refused("environment", "clear", "");
	refused("environment", "clear", "2");
	refused("environment", "clear", "YES");
}

static void sizes_times_and_counts_go_through_one_grammar(void **state)
{
	(void)state;
	set("limits", "memory", "1.5G");
	set("limits", "pids", "64");
	set("limits", "cpus", "1.5");
	set("limits", "timeout", "1h30m");
	assert_int_equal(spec.mem_bytes, UINT64_C(3) << 29);
	assert_int_equal(spec.pids, 64);
	assert_int_equal(spec.cpus_milli, 1500);
	assert_int_equal(spec.timeout_ns, INT64_C(5400) * 1000000000);
	refused("limits", "memory", "1.5X");
	refused("limits", "pids", "-1");
	refused("limits", "cpus", "many");
	refused("limits", "timeout", "10 apples");
	refused("limits", "memory", "99999999999999999999T");
	assert_int_equal(spec.mem_bytes, UINT64_C(3) << 29);
}

static void tokens_and_locks_have_each_name_once_and_the_last_wins(void **state)
{
	(void)state;
	set("limits", "tokens", "gpu=1 licence");
	set("limits", "tokens", "gpu=0.5");
	set("limits", "locks", "db data:shared");
	set("limits", "locks", "db:shared");
	assert_string_equal(text_of("limits", "tokens"), "gpu=0.5 licence");
	assert_string_equal(text_of("limits", "locks"), "db:shared data:shared");
	assert_non_null(strstr(refused("limits", "tokens", "gpu=1.5"), "whole"));
	refused("limits", "tokens", "gpu=x");
	refused("limits", "locks", "db:");
	set("limits", "tokens", "none");
	assert_string_equal(text_of("limits", "tokens"), "none");
}

static void a_bare_zero_is_refused_where_a_word_means_none(void **state)
{
	(void)state;
	set("limits", "timeout", "5s");
	set("limits", "timeout", "none");
	set("limits", "pids", "9");
	set("limits", "pids", "none");
	assert_int_equal(spec.timeout_ns, 0);
	assert_int_equal(spec.pids, 0);
	assert_string_equal(text_of("limits", "timeout"), "none");
	assert_non_null(strstr(refused("limits", "timeout", "0"), "none"));
	refused("limits", "pids", "0");
	refused("limits", "memory", "0");
	set("limits", "grace", "0");
	assert_int_equal(spec.grace_ns, 0);
}

static void the_workspace_can_be_left_to_the_caller_again(void **state)
{
	(void)state;
	set("filesystem", "workspace", "readonly");
	assert_true(spec.workspace_set);
	assert_int_equal(spec.workspace, SPEC_TREE_READONLY);
	set("filesystem", "workspace", "auto");
	assert_false(spec.workspace_set);
	refused("filesystem", "root", "overlay");
}

static void a_quoted_none_is_a_word(void **state)
{
	(void)state;
	set("filesystem", "keep", "a 'none' b");
	set("filesystem", "keep", "'none' c");
	assert_string_equal(text_of("filesystem", "keep"), "a 'none' b c");
	set("filesystem", "keep", text_of("filesystem", "keep"));
	assert_string_equal(text_of("filesystem", "keep"), "a 'none' b c");
	set("filesystem", "keep", " none\td");
	assert_string_equal(text_of("filesystem", "keep"), "d");
}

static void a_list_grows_without_duplicates_and_none_empties_it(void **state)
{
	(void)state;
	set("filesystem", "hide", "/a /b");
	set("filesystem", "hide", "/b /c");
	assert_string_equal(text_of("filesystem", "hide"), "/a /b /c");
	set("filesystem", "hide", "none /d");
	assert_string_equal(text_of("filesystem", "hide"), "/d");
	set("filesystem", "hide", "none");
	assert_int_equal(strv_len(spec.hide), 0);
	assert_string_equal(text_of("filesystem", "hide"), "none");
	refused("filesystem", "hide", "");
	refused("filesystem", "hide", "'/open quote");
}

static void paths_are_absolute_clean_and_never_the_root(void **state)
{
	(void)state;
	set("filesystem", "private", "/a//b/./c/");
	assert_string_equal(spec.private_dirs[0], "/a/b/c");
	refused("filesystem", "private", "tmp");
	refused("filesystem", "hide", "/");
	refused("filesystem", "readonly", "/a/..");
}

static void a_bind_defaults_to_the_same_place_and_may_be_read_only(void **state)
{
	(void)state;
	set("filesystem", "bind", "/a");
	set("filesystem", "bind", "/b:/c");
	set("filesystem", "bind", "/d e:/f:ro");
	assert_int_equal(spec.n_binds, 3);
	assert_string_equal(spec.binds[0].dst, "/a");
	assert_false(spec.binds[1].readonly);
	assert_string_equal(spec.binds[2].src, "/d e");
	assert_true(spec.binds[2].readonly);
	static const char *const bad[] = { "", ":", "a", "/a:", ":/a", "/a:b", "/a:/b:rw",
					   "/a:/b:ro:x", "/a::ro" };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		refused("filesystem", "bind", bad[i]);
	set("filesystem", "bind", "none");
	assert_int_equal(spec.n_binds, 0);
}

static void own_adds_namespaces_and_share_takes_them_away(void **state)
{
	(void)state;
	set("namespaces", "own", "all");
	assert_int_equal(spec.namespaces, SPEC_NS_ALL);
	set("namespaces", "share", "uts,ipc");
	assert_int_equal(spec.namespaces, SPEC_NS_ALL & ~(SPEC_NS_UTS | SPEC_NS_IPC));
	set("namespaces", "own", "uts");
	assert_int_equal(spec.namespaces, SPEC_NS_ALL & ~SPEC_NS_IPC);
	assert_string_equal(text_of("namespaces", "share"), "ipc");
	set("namespaces", "own", "none pid");
	assert_int_equal(spec.namespaces, SPEC_NS_PID);
	set("namespaces", "share", "none");
	assert_int_equal(spec.namespaces, SPEC_NS_ALL);
	refused("namespaces", "own", "");
}

static void the_network_mode_and_its_namespace_never_disagree(void **state)
{
	(void)state;
	set("network", "mode", "none");
	assert_int_equal(spec.namespaces, SPEC_NS_NET);
	set("network", "mode", "host");
	assert_int_equal(spec.namespaces, 0);
	set("namespaces", "own", "net");
	assert_int_equal(spec.net, SPEC_NET_LOOPBACK);
	set("network", "mode", "none");
	set("namespaces", "own", "all");
	assert_int_equal(spec.net, SPEC_NET_NONE);
	set("namespaces", "share", "net");
	assert_int_equal(spec.net, SPEC_NET_HOST);
}

static void capabilities_are_named_in_any_case_with_or_without_prefix(void **state)
{
	(void)state;
	assert_string_equal(text_of("process", "capabilities"), "all");
	set("process", "capabilities", "CAP_CHOWN,kill");
	assert_false(spec.keep_caps_all);
	assert_string_equal(text_of("process", "capabilities"), "chown kill");
	set("process", "capabilities", "none");
	assert_string_equal(text_of("process", "capabilities"), "none");
	set("process", "capabilities", "all");
	assert_true(spec.keep_caps_all);
}

static void capability_numbers_are_the_kernels(void **state)
{
	(void)state;
	assert_int_equal(spec_capability_number("chown"), 0);
	assert_int_equal(spec_capability_number("net_raw"), 13);
	assert_int_equal(spec_capability_number("sys_admin"), 21);
	assert_int_equal(spec_capability_number("checkpoint_restore"), 40);
	assert_int_equal(spec_capability_number("cap_chown"), -1);
}

static void the_last_value_of_a_variable_wins(void **state)
{
	(void)state;
	set("environment", "set", "A=1");
	set("environment", "set", "AB=2");
	set("environment", "set", "A=3 with blanks = and more");
	assert_int_equal(strv_len(spec.env_set), 2);
	assert_string_equal(spec.env_set[0], "A=3 with blanks = and more");
	assert_string_equal(spec.env_set[1], "AB=2");
	refused("environment", "set", "A");
	refused("environment", "set", "=1");
}

static void the_standard_descriptors_need_no_passing(void **state)
{
	(void)state;
	set("process", "pass-fd", "3 7 3");
	assert_int_equal(spec.n_pass_fds, 2);
	assert_string_equal(text_of("process", "pass-fd"), "3 7");
	refused("process", "pass-fd", "2");
	refused("process", "pass-fd", "4294967295");
	refused("process", "pass-fd", "x");
	set("process", "pass-fd", "none");
	assert_int_equal(spec.n_pass_fds, 0);
}

static void a_user_is_a_name_or_numbers(void **state)
{
	(void)state;
	set("process", "user", "nobody");
	set("process", "user", "1000:100");
	assert_string_equal(spec.user, "1000:100");
	set("process", "user", "caller");
	assert_null(spec.user);
	refused("process", "user", "");
	refused("process", "user", ":1");
	refused("process", "user", "1:");
	refused("process", "user", "1:2:3");
	refused("process", "user", "a b");
}

static void inherit_is_for_the_profiles_loader_alone(void **state)
{
	(void)state;
	refused("profile", "inherit", "default");
}

#define SPEC_TEST(f) cmocka_unit_test_setup_teardown(f, fresh, done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPEC_TEST(the_table_is_sorted_and_tells_what_each_key_is),
		SPEC_TEST(what_a_key_says_can_be_set_again),
		SPEC_TEST(a_misspelt_key_names_its_neighbour),
		SPEC_TEST(a_key_under_the_wrong_section_is_told_its_own),
		SPEC_TEST(a_misspelt_section_names_its_neighbour),
		SPEC_TEST(a_misspelt_value_names_its_neighbour),
		SPEC_TEST(an_absurdly_long_value_still_gives_an_error_with_its_place),
		SPEC_TEST(a_percentage_has_its_sign_and_at_most_three_decimals),
		SPEC_TEST(each_spelling_of_yes_and_no_is_read),
		SPEC_TEST(sizes_times_and_counts_go_through_one_grammar),
		SPEC_TEST(tokens_and_locks_have_each_name_once_and_the_last_wins),
		SPEC_TEST(a_bare_zero_is_refused_where_a_word_means_none),
		SPEC_TEST(the_workspace_can_be_left_to_the_caller_again),
		SPEC_TEST(a_quoted_none_is_a_word),
		SPEC_TEST(a_list_grows_without_duplicates_and_none_empties_it),
		SPEC_TEST(paths_are_absolute_clean_and_never_the_root),
		SPEC_TEST(a_bind_defaults_to_the_same_place_and_may_be_read_only),
		SPEC_TEST(own_adds_namespaces_and_share_takes_them_away),
		SPEC_TEST(the_network_mode_and_its_namespace_never_disagree),
		SPEC_TEST(capabilities_are_named_in_any_case_with_or_without_prefix),
		SPEC_TEST(capability_numbers_are_the_kernels),
		SPEC_TEST(the_last_value_of_a_variable_wins),
		SPEC_TEST(the_standard_descriptors_need_no_passing),
		SPEC_TEST(a_user_is_a_name_or_numbers),
		SPEC_TEST(inherit_is_for_the_profiles_loader_alone),
	};

	return cmocka_run_group_tests_name("model/spec_keys", tests, NULL, NULL);
}
