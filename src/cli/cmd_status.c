/* SPDX-License-Identifier: Apache-2.0 */
/* isorun status: the ledger of this user, who holds what and who waits. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/num.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/host_dirs.h"
#include "cli/say.h"
#include "planner/ledger.h"

struct status_values {
	bool help;
	bool json;
};

static const struct opt rows[] = {
	OPT_HELP,
	{ 0, "json", NULL, opt_flag, offsetof(struct status_values, json),
	  "one JSON object on standard output", NULL },
};
static const struct opt_group groups[] = { { "Options", rows, ARRAY_SIZE(rows) } };
static const struct opt_table table = { groups, ARRAY_SIZE(groups) };

static const char *state_of(const struct ledger_row *row)
{
	if (!row->held)
		return "waits";
	return row->want_bytes ? "pauses" : "runs";
}

/* What it holds by name or, while it waits, what it asks for; NULL: nothing. */
static char **names_of(const struct ledger_row *row)
{
	char **words = NULL;

	if (amounts_words(&row->amounts, row->held, &words) < 0)
		return NULL;
	return words;
}

static void add_names(struct json *j, const struct ledger_row *row)
{
	_cleanup_strv_ char **words = names_of(row);
	struct json *list = words ? json_array() : NULL;

	for (size_t i = 0; i < strv_len(words); i++)
		json_add_str(list, words[i]);
	if (list)
		json_set(j, row->held ? "holds" : "asks", list);
}

/* Who asks for more than there is gets all of it.  What is held is told as it is. */
static uint64_t memory_of(const struct ledger_row *row)
{
	const bool too_much = !row->held && row->mem_bytes > row->budget_bytes;

	return too_much ? row->budget_bytes : row->mem_bytes;
}

static void print_json(const struct ledger_row *ledger, size_t n)
{
	struct json *top = json_object();
	struct json *list = json_array();
	_cleanup_free_ char *text = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct ledger_row *row = &ledger[i];
		struct json *j = json_object();

		json_set_int(j, "pid", row->pid);
		json_set_str(j, "state", state_of(row));
		json_set_u64(j, "memory", memory_of(row));
		if (row->want_bytes)
			json_set_u64(j, "wants", row->want_bytes);
		json_set_u64(j, "budget", row->budget_bytes);
		json_set_int(j, "for_ns", time_now_ns() - row->since_ns);
		if (row->held)
			json_set_int(j, "slot", row->slot);
		add_names(j, row);
		json_set_str(j, "title", row->title);
		json_add(list, j);
	}
	json_set(top, "reservations", list);
	if (json_dump(top, true, &text) == 0)
		puts(text);
	json_free(top);
}

/* "gpu:0,1 schema " before the title. */
static void print_names(const struct ledger_row *row)
{
	_cleanup_strv_ char **words = names_of(row);

	for (size_t i = 0; i < strv_len(words); i++)
		printf("%s ", words[i]);
	printf("%s", words ? " " : "");
}

static void print_rows(const struct ledger_row *ledger, size_t n)
{
	uint64_t held_bytes = 0;
	uint64_t budget_bytes = UINT64_MAX;
	unsigned held = 0;
	char mem[NUM_TEXT];
	char age[NUM_TEXT];

	for (size_t i = 0; i < n; i++) {
		held += ledger[i].held;
		held_bytes += ledger[i].held ? ledger[i].mem_bytes : 0;
		/* In force is the smallest of those that hold. */
		if ((ledger[i].held || !ledger[0].held) && ledger[i].budget_bytes < budget_bytes)
			budget_bytes = ledger[i].budget_bytes;
	}
	if (n == 0) {
		puts("nothing runs, nothing waits");
		return;
	}
	printf("%u run with %s", held, num_format_size(mem, held_bytes));
	printf(" of a budget of %s, %zu wait\n\n", num_format_size(mem, budget_bytes), n - held);
	printf("%8s  %-6s  %8s  %8s  %s\n", "PID", "STATE", "MEMORY", "FOR", "WHAT");
	for (size_t i = 0; i < n; i++) {
		printf("%8d  %-6s  %8s  %8s  ", (int)ledger[i].pid, state_of(&ledger[i]),
		       num_format_size(mem, memory_of(&ledger[i])),
		       num_format_time(age, time_now_ns() - ledger[i].since_ns));
		print_names(&ledger[i]);
		puts(ledger[i].title);
	}
}

static int show(bool json, struct iso_err *err)
{
	_cleanup_free_ char *dir = NULL;
	_cleanup_free_ struct ledger_row *ledger = NULL;
	struct ledger *l = NULL;
	size_t n = 0;
	int r = host_runtime_dir(&dir, err);

	if (r < 0)
		return r;
	r = ledger_open(dir, &l, err);
	if (r < 0)
		return r;
	r = ledger_list(l, &ledger, &n, err);
	ledger_close(l);
	if (r < 0)
		return r;
	if (json)
		print_json(ledger, n);
	else
		print_rows(ledger, n);
	return 0;
}

static int run(char **argv)
{
	struct status_values v = { 0 };
	struct iso_err err = ISO_ERR_INIT;
	char **words;
	int r = command_parse(&cmd_status, 0, argv, &v, &words, &err);

	if (r > 0)
		return 0;
	if (r == 0 && *words)
		r = iso_err_set(&err, ISO_ERR_USAGE, 0, "status takes no words: '%s'", *words);
	if (r == 0)
		r = show(v.json, &err);
	return r < 0 ? say_fault(&err) : 0;
}

const struct command cmd_status = {
	.name = "status",
	.words = "",
	.summary = "who holds memory of the shared budget, and who waits for it",
	.options = &table,
	.run = run,
};
