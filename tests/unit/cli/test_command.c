/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/words.h"

/* Every command, the wrapping one last. */
static const struct command *any_command(size_t i)
{
	const struct command *c = command_at(i);

	if (c || (i > 0 && !command_at(i - 1)))
		return c;
	return &cmd_run;
}

#define FOR_EACH_COMMAND(c) \
	for (size_t i_ = 0; ((c) = any_command(i_)); i_++)

static void the_launcher_knows_every_subcommand(void **state)
{
	const struct command *c;
	size_t n = 0;

	(void)state;
	for (; (c = command_at(n)); n++) {
		assert_non_null(word_at(n, NULL));
		assert_string_equal(c->name, word_at(n, NULL));
		assert_true(word_is_subcommand(c->name));
		assert_ptr_equal(command_find(c->name), c);
	}
	assert_null(word_at(n, NULL));
	assert_false(word_is_subcommand(cmd_run.name));
	assert_null(command_find("suiet"));
}

static void subcommands_are_sorted(void **state)
{
	(void)state;
	for (size_t i = 1; command_at(i); i++)
		assert_true(strcmp(command_at(i - 1)->name, command_at(i)->name) < 0);
}

static void a_slip_finds_its_subcommand(void **state)
{
	(void)state;
	assert_string_equal(word_nearest("suiet"), "suite");
	assert_string_equal(word_nearest("staus"), "status");
	assert_null(word_nearest("python3"));
}

static void rows_of_a_group_are_sorted(void **state)
{
	const struct command *c;

	(void)state;
	FOR_EACH_COMMAND(c) {
		for (size_t g = 0; g < c->options->n; g++) {
			const struct opt_group *group = &c->options->groups[g];

			for (size_t i = 1; i < group->n; i++)
				assert_true(strcmp(group->rows[i - 1].name,
						   group->rows[i].name) < 0);
		}
	}
}

static void names_and_letters_are_unique_in_a_command(void **state)
{
	const struct command *c;

	(void)state;
	FOR_EACH_COMMAND(c) {
		bool letters[256] = { false };

		for (size_t g = 0; g < c->options->n; g++) {
			for (size_t i = 0; i < c->options->groups[g].n; i++) {
				const struct opt *o = &c->options->groups[g].rows[i];

				assert_ptr_equal(opt_find(c->options, o->name), o);
				assert_false(o->letter && letters[(unsigned char)o->letter]);
				letters[(unsigned char)o->letter] = true;
			}
		}
	}
}

static void every_row_is_whole(void **state)
{
	const struct command *c;

	(void)state;
	FOR_EACH_COMMAND(c) {
		assert_non_null(opt_find(c->options, "help"));
		for (size_t g = 0; g < c->options->n; g++) {
			for (size_t i = 0; i < c->options->groups[g].n; i++) {
				const struct opt *o = &c->options->groups[g].rows[i];

				assert_non_null(o->parse);
				assert_non_null(o->help);
				/* Lower case, no full stop, one line. */
				assert_false(isupper((unsigned char)o->help[0]) &&
					     islower((unsigned char)o->help[1]));
				assert_true(o->help[strlen(o->help) - 1] != '.');
				assert_null(strchr(o->help, '\n'));
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_launcher_knows_every_subcommand),
		cmocka_unit_test(subcommands_are_sorted),
		cmocka_unit_test(a_slip_finds_its_subcommand),
		cmocka_unit_test(rows_of_a_group_are_sorted),
		cmocka_unit_test(names_and_letters_are_unique_in_a_command),
		cmocka_unit_test(every_row_is_whole),
	};

	return cmocka_run_group_tests_name("cli/command", tests, NULL, NULL);
}
