/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/manifest_keys.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/time.h"
#include "place.h"

#define MIB (UINT64_C(1) << 20)

static struct test_suite suite;
static struct suite_settings settings;
static struct iso_err err;

static int setup(void **state)
{
	err = (struct iso_err)ISO_ERR_INIT;
	suite_settings_init(&settings);
	assert_int_equal(test_suite_init(&suite), 0);
	return place_setup(state);
}

static int teardown(void **state)
{
	suite_settings_fini(&settings);
	test_suite_fini(&suite);
	return place_teardown(state);
}

static void load(const char *text)
{
	place_file("isorun.ini", text, 0644);
	const int r = source_load("isorun.ini", &suite, &settings, &err);

	assert_string_equal(err.text, "");
	assert_int_equal(r, 0);
}

/* `message` is what follows the manifest's directory. */
static void assert_refused(const char *text, const char *message)
{
	place_file("isorun.ini", text, 0644);
	assert_true(source_load("isorun.ini", &suite, &settings, &err) < 0);
	assert_int_equal(err.kind, ISO_ERR_USAGE);
	if (!str_ends(err.text, message))
		assert_string_equal(err.text, message);
}

static void the_suite_section_sets_what_holds_for_all(void **state)
{
	const struct place *p = *state;

	load("[suite]\nprofile = strict\nbudget = 12G\njobs = 3\ntimeout = 5m\ntimeout-total = 1h\n"
	     "retries = 2\n"
	     "memory = 64M\nworkspace-dir = ..\n[test a]\ncommand = true\n");
	assert_string_equal(settings.profile, "strict");
	assert_int_equal(settings.budget_bytes, 12 * 1024 * MIB);
	assert_int_equal(settings.jobs, 3);
	assert_int_equal(settings.timeout_ns, 300 * NSEC_PER_SEC);
	assert_int_equal(settings.timeout_total_ns, 3600 * NSEC_PER_SEC);
	assert_int_equal(settings.retries, 2);
	assert_int_equal(settings.mem_bytes, 64 * MIB);
	assert_string_equal(settings.workspace_dir, "/tmp");
	assert_true(str_starts(p->dir, settings.workspace_dir));
}

static void what_is_not_said_stays_unsaid(void **state)
{
	(void)state;
	load("[test a]\ncommand = true\n");
	assert_null(settings.profile);
	assert_int_equal(settings.retries, -1);
	assert_int_equal(suite.tests[0]->retries, -1);
	assert_int_equal(suite.tests[0]->timeout_ns, 0);
	assert_int_equal(suite.tests[0]->demand.mem_bytes, 0);
}

static void profile_entries_are_checked_and_kept_in_order(void **state)
{
	(void)state;
	load("[suite]\nworkspace = readonly\nnetwork.mode = host\n[test a]\ncommand = true\n");
	assert_int_equal(strv_len(settings.spec_entries), 2);
	assert_string_equal(settings.spec_entries[0], "filesystem.workspace=readonly");
	assert_string_equal(settings.spec_entries[1], "network.mode=host");
	assert_true(source_load("isorun.ini", &suite, &settings, &err) == 0);
	place_file("isorun.ini", "[suite]\nnetwork.mode = hots\n", 0644);
	assert_true(source_load("isorun.ini", &suite, &settings, &err) < 0);
	assert_non_null(strstr(err.text, "isorun.ini:2"));
}

static void a_profile_that_is_a_file_is_relative_to_the_manifest(void **state)
{
	(void)state;
	load("[suite]\nprofile = ci.ini\n[test a]\ncommand = true\nprofile = default\n");
	assert_true(str_starts(settings.profile, "/tmp/isorun-unit-"));
	assert_true(str_ends(settings.profile, "/ci.ini"));
	assert_string_equal(suite.tests[0]->profile, "default");
}

static void a_test_section_is_a_shell_command_in_the_manifests_directory(void **state)
{
	const struct place *p = *state;

	load("[test migrate it]\ncommand = ./run --fast && echo $HOME\n"
	     "memory = 600M\nlocks = schema, port\ncpus = 1.5\nexclusive = yes\n"
	     "timeout = 90s\ntimeout-total = 2m\nretries = 1\ntags = slow db\nskip-status = 7 70\n"
	     "pass-pattern = ^ok$\nfail-pattern = E+\nenv = A=1 'B=x y'\n");
	const struct test *t = suite.tests[0];

	assert_string_equal(t->id, "migrate it");
	assert_string_equal(t->argv[0], "/bin/sh");
	assert_string_equal(t->argv[2], "./run --fast && echo $HOME");
	assert_string_equal(t->cwd, p->dir);
	assert_true(str_ends(t->origin, "isorun.ini:1") || str_ends(t->origin, "isorun.ini:2"));
	assert_int_equal(t->demand.mem_bytes, 600 * MIB);
	assert_int_equal(t->demand.mem_origin, DEMAND_DECLARED);
	assert_int_equal(t->demand.cpus_milli, 1500);
	assert_true(t->demand.exclusive);
	assert_true(strv_has(t->demand.locks, "schema") && strv_has(t->demand.locks, "port"));
	assert_int_equal(t->timeout_ns, 90 * NSEC_PER_SEC);
	assert_int_equal(t->timeout_total_ns, 120 * NSEC_PER_SEC);
	assert_int_equal(t->retries, 1);
	assert_true(strv_has(t->tags, "slow") && strv_has(t->tags, "db"));
	assert_int_equal(t->n_skip_status, 2);
	assert_int_equal(t->skip_status[1], 70);
	assert_string_equal(t->pass_pattern, "^ok$");
	assert_string_equal(t->fail_pattern, "E+");
	assert_int_equal(strv_len(t->env), 2);
	assert_string_equal(t->env[1], "B=x y");
}

static void tokens_and_shared_locks_are_read_in_each_section(void **state)
{
	(void)state;
	place_file("list", "true\nfalse\n", 0644);
	load("[suite]\ntokens = gpu=2, licence=3\n"
	     "[source]\nfrom = lines:list\ntokens = gpu=1 licence\n"
	     "[test b]\ncommand = true\nlocks = schema:shared, data\ntokens = gpu=2\n"
	     "[match b]\nlocks = extra:shared\ntokens = gpu=1\n"
	     "[match fal*]\ntokens = gpu=0.5\n");
	assert_int_equal(strv_len(settings.tokens), 2);
	assert_string_equal(settings.tokens[1], "licence=3");
	assert_int_equal(suite.n_tests, 3);
	/* What a match says of one test changes no other of its source. */
	assert_int_equal(strv_len(suite.tests[0]->demand.tokens), 2);
	assert_true(strv_has(suite.tests[0]->demand.tokens, "gpu=1"));
	assert_int_equal(strv_len(suite.tests[1]->demand.tokens), 2);
	assert_true(strv_has(suite.tests[1]->demand.tokens, "gpu=0.5"));
	assert_true(strv_has(suite.tests[1]->demand.tokens, "licence"));
	const struct test *b = suite.tests[2];

	assert_int_equal(strv_len(b->demand.tokens), 1);
	assert_string_equal(b->demand.tokens[0], "gpu=2");
	assert_int_equal(strv_len(b->demand.locks), 1);
	assert_string_equal(b->demand.locks[0], "data");
	assert_true(strv_has(b->demand.shared_locks, "schema"));
	assert_true(strv_has(b->demand.shared_locks, "extra"));
}

static void a_command_may_go_over_several_lines(void **state)
{
	(void)state;
	load("[test a]\ncommand = set -e\n  echo one\n  echo two\n");
	assert_string_equal(suite.tests[0]->argv[2], "set -e\necho one\necho two");
}

static void several_sources_each_have_their_own_settings(void **state)
{
	(void)state;
	place_file("one", "a\nb\n", 0644);
	place_file("two", "c\n", 0644);
	load("[source]\nfrom = lines:one\ntags = first\n\n"
	     "[source]\nfrom = lines:two\ntimeout = none\n");
	assert_int_equal(suite.n_tests, 3);
	assert_true(strv_has(suite.tests[1]->tags, "first"));
	assert_int_equal(suite.tests[1]->timeout_ns, 0);
	assert_null(suite.tests[2]->tags);
	assert_int_equal(suite.tests[2]->timeout_ns, -1);
}

static void a_source_may_run_elsewhere(void **state)
{
	(void)state;
	place_file("bin/x", "", 0755);
	place_file("sub/y", "", 0644);
	load("[source]\nfrom = exec:bin/*\ncwd = sub\n");
	assert_string_equal(suite.tests[0]->id, "bin/x");
	assert_true(str_ends(suite.tests[0]->cwd, "/sub"));
	assert_true(str_starts(suite.tests[0]->argv[0], "/tmp/"));
}

static void a_manifest_elsewhere_speaks_of_its_own_directory(void **state)
{
	(void)state;
	place_file("deep/list", "true\n", 0644);
	place_file("deep/my.ini", "[source]\nfrom = lines:list\n", 0644);
	assert_int_equal(source_load("deep/my.ini", &suite, &settings, &err), 0);
	assert_true(str_ends(suite.tests[0]->cwd, "/deep"));
}

static void later_matches_win_and_lists_grow(void **state)
{
	(void)state;
	place_file("list", "net one\nnet two\ndisk\n", 0644);
	load("[source]\nfrom = lines:list\nmemory = 1M\ntags = all\nenv = A=1\n"
	     "[match net*]\nmemory = 2M\ntags = net\nenv = A=2\n"
	     "[match *two]\nmemory = 3M\n");
	assert_int_equal(suite.tests[0]->demand.mem_bytes, 2 * MIB);
	assert_int_equal(suite.tests[1]->demand.mem_bytes, 3 * MIB);
	assert_int_equal(suite.tests[2]->demand.mem_bytes, 1 * MIB);
	assert_true(strv_has(suite.tests[1]->tags, "all"));
	assert_true(strv_has(suite.tests[1]->tags, "net"));
	assert_int_equal(strv_len(suite.tests[0]->env), 1);
	assert_string_equal(suite.tests[0]->env[0], "A=2");
	assert_string_equal(suite.tests[2]->env[0], "A=1");
}

static void a_tests_own_word_wins_over_a_match(void **state)
{
	(void)state;
	load("[test a]\ncommand = true\nmemory = 1M\n[match *]\nmemory = 2M\nretries = 4\n");
	assert_int_equal(suite.tests[0]->demand.mem_bytes, 1 * MIB);
	assert_int_equal(suite.tests[0]->retries, 4);
}

static void a_match_leaves_tests_of_other_sources_alone(void **state)
{
	(void)state;
	place_file("list", "true\n", 0644);
	assert_int_equal(source_load("lines:list", &suite, &settings, &err), 0);
	load("[test a]\ncommand = true\n[match *]\nretries = 4\n");
	assert_int_equal(suite.tests[0]->retries, -1);
	assert_int_equal(suite.tests[1]->retries, 4);
}

static void unknown_keys_and_sections_get_a_suggestion(void **state)
{
	(void)state;
	assert_refused("[suite]\njob = 3\n", "/isorun.ini:2: unknown key 'job' in [suite]\n"
					     "hint: did you mean 'jobs'?");
	assert_refused("[tset a]\n", "/isorun.ini:1: unknown section [tset a]\n"
				     "hint: did you mean [test]?");
	assert_refused("[test a]\njobs = 3\n", "/isorun.ini:2: 'jobs' is no key of [test]");
	assert_refused("[test]\n", "/isorun.ini:1: [test] needs a name");
	assert_refused("[suite x]\n", "/isorun.ini:1: [suite] takes no name");
	assert_refused("jobs = 3\n", "/isorun.ini:1: 'jobs' stands before any [section]");
}

static void bad_values_are_refused_with_their_line(void **state)
{
	(void)state;
	assert_refused("[suite]\n\nbudget = 12Q\n",
		       "/isorun.ini:3: '12Q' is no size of 16M or more");
	assert_refused("[suite]\njobs = 0\n", "/isorun.ini:2: '0' is no number of jobs");
	assert_refused("[suite]\ntimeout = none\n", "/isorun.ini:2: 'none' is no time");
	assert_refused("[test a]\nexclusive = maybe\n",
		       "/isorun.ini:2: 'maybe' is no 'yes' or 'no'");
	assert_refused("[test a]\nenv = =x\n", "/isorun.ini:2: '=x' is no NAME=VALUE");
	assert_refused("[test a]\nenv = 'A=x\n", "/isorun.ini:2: a quote is not closed");
	assert_refused("[test a]\nskip-status = 256\n",
		       "/isorun.ini:2: '256' is no exit status (0 to 255)");
}

static void a_fault_in_a_match_that_meets_nothing_is_a_fault(void **state)
{
	(void)state;
	assert_refused("[test a]\ncommand = true\n[match b]\nmemory = lots\n",
		       "/isorun.ini:4: 'lots' is no size");
	assert_true(source_load("isorun.ini", &suite, &settings, &err) < 0);
	place_file("isorun.ini", "[match b]\nfail-pattern = a(\n", 0644);
	assert_true(source_load("isorun.ini", &suite, &settings, &err) < 0);
	assert_non_null(strstr(err.text, "/isorun.ini:2: pattern 'a(': "));
}

static void incomplete_sections_are_refused(void **state)
{
	(void)state;
	assert_refused("[source]\ntags = x\n", "[source] without 'from'");
	assert_refused("[test a]\ntags = x\n", "[test a] without 'command'");
	assert_refused("[suite]\njobs = 1\n", "neither a [source] nor a [test]");
	assert_refused("[source]\nfrom = lines:a\nfrom = lines:b\n",
		       "/isorun.ini:3: a second 'from' in one [source]: begin another [source]");
}

static void manifests_that_name_each_other_come_to_an_end(void **state)
{
	(void)state;
	place_file("isorun.ini", "[source]\nfrom = .\n", 0644);
	assert_true(source_load(".", &suite, &settings, &err) < 0);
	assert_non_null(strstr(err.text, "name each other too deeply"));
}

static void the_keys_are_sorted_and_each_has_a_place(void **state)
{
	(void)state;
	for (size_t i = 0; manifest_key_at(i); i++) {
		const struct manifest_key *key = manifest_key_at(i);

		assert_true(key->sections != 0 && key->apply && *key->values && *key->help);
		if (i)
			assert_true(strcmp(manifest_key_at(i - 1)->name, key->name) < 0);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void tests_wait_for_each_other_by_name(void **state)
{
	(void)state;
	load("[test use it]\ncommand = a\ndepends = make\nfixtures = db\npriority = -3\n"
	     "will-fail = yes\nskip-pattern = no gpu\n"
	     "[test make]\ncommand = b\nrequired-files = x 'y z'\n"
	     "[test up]\ncommand = c\nsetup = db\n[test down]\ncommand = d\ncleanup = db\n"
	     "[test off]\ncommand = e\ndisabled = until it is mended\nafter = 'use it'\n");
	const struct test *use = suite.tests[0];
	assert_ptr_equal(use->depends[0], suite.tests[1]);
	assert_ptr_equal(use->depends[1], suite.tests[2]);
	assert_null(use->depends[2]);
	assert_ptr_equal(use->cleanups[0], suite.tests[3]);
	assert_int_equal(use->priority, -3);
	assert_int_equal(use->expectation, TEST_MUST_FAIL);
	assert_string_equal(use->skip_pattern, "no gpu");
	assert_true(str_ends(suite.tests[1]->required_files[0], "/x"));
	assert_true(str_ends(suite.tests[1]->required_files[1], "/y z"));
	assert_ptr_equal(suite.tests[3]->after[0], suite.tests[2]);
	assert_ptr_equal(suite.tests[4]->after[0], use);
	assert_string_equal(suite.tests[4]->disabled, "until it is mended");
}

static void names_that_nobody_has_are_refused_with_their_line(void **state)
{
	(void)state;
	assert_refused("[test a]\ncommand = x\ndepends = b\n",
		       "/isorun.ini:3: test 'a' waits for 'b', and no test is called that");
	assert_refused("[test c]\ncommand = x\nfixtures = db\n", "/isorun.ini:3: test 'c' "
		       "requires the fixture 'db', which no test sets up");
	assert_refused("[test a]\nafter = 'x\n", "/isorun.ini:2: a quote is not closed");
	assert_refused("[test a]\npriority = high\n", "/isorun.ini:2: 'high' is no whole number");
	assert_refused("[test a]\nwill-fail = may\n", "/isorun.ini:2: 'may' is no 'yes' or 'no'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_suite_section_sets_what_holds_for_all),
		CASE(what_is_not_said_stays_unsaid),
		CASE(profile_entries_are_checked_and_kept_in_order),
		CASE(a_profile_that_is_a_file_is_relative_to_the_manifest),
		CASE(a_test_section_is_a_shell_command_in_the_manifests_directory),
		CASE(tokens_and_shared_locks_are_read_in_each_section),
		CASE(a_command_may_go_over_several_lines),
		CASE(several_sources_each_have_their_own_settings),
		CASE(a_source_may_run_elsewhere),
		CASE(a_manifest_elsewhere_speaks_of_its_own_directory),
		CASE(later_matches_win_and_lists_grow),
		CASE(a_tests_own_word_wins_over_a_match),
		CASE(a_match_leaves_tests_of_other_sources_alone),
		CASE(unknown_keys_and_sections_get_a_suggestion),
		CASE(bad_values_are_refused_with_their_line),
		CASE(a_fault_in_a_match_that_meets_nothing_is_a_fault),
		CASE(incomplete_sections_are_refused),
		CASE(manifests_that_name_each_other_come_to_an_end),
		CASE(the_keys_are_sorted_and_each_has_a_place),
		CASE(tests_wait_for_each_other_by_name),
		CASE(names_that_nobody_has_are_refused_with_their_line),
	};

	return cmocka_run_group_tests_name("suite/manifest", tests, NULL, NULL);
}
