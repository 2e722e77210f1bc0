/* SPDX-License-Identifier: Apache-2.0 */
#include "planner/admit.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"

/* Rows read as: held(10, 60) holds 10 of a budget of 60. */
#define held(mem, budget)  { .mem_bytes = (mem), .budget_bytes = (budget), .held = true }
#define waits(mem, budget) { .mem_bytes = (mem), .budget_bytes = (budget) }
#define alone(mem, budget) { .mem_bytes = (mem), .budget_bytes = (budget), .alone = true }

static void nothing_waits_in_an_empty_ledger(void **state)
{
	(void)state;
	assert_int_equal(plan_admit(NULL, 0), 0);
}

static void a_demand_equal_to_what_is_left_is_admitted(void **state)
{
	(void)state;
	struct admit_row rows[] = { held(40, 60), waits(20, 60) };
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 1);
	assert_true(rows[1].admitted);
	assert_false(rows[0].admitted);
}

static void a_demand_one_byte_above_what_is_left_waits(void **state)
{
	(void)state;
	struct admit_row rows[] = { held(40, 60), waits(21, 60) };
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 0);
}

static void those_that_fit_together_are_admitted_together(void **state)
{
	(void)state;
	struct admit_row rows[] = { waits(20, 60), waits(30, 60), waits(10, 60), waits(1, 60) };
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 3);
	assert_false(rows[3].admitted);
}

static void the_smallest_budget_of_the_holders_is_in_force(void **state)
{
	(void)state;
	struct admit_row rows[] = { held(20, 30), waits(11, 60) };
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 0);
	rows[1].mem_bytes = 10;
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 1);
}

static void the_budget_of_one_that_waits_binds_only_itself(void **state)
{
	(void)state;
	struct admit_row rows[] = { held(20, 60), waits(10, 25), waits(5, 60) };
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 1);
	assert_false(rows[1].admitted);
	assert_true(rows[2].admitted); /* beside it there is room for 15 */
}

static void a_demand_above_the_budget_is_admitted_when_nothing_is_held(void **state)
{
	(void)state;
	struct admit_row rows[] = { waits(UINT64_MAX, 60), waits(1, 60) };
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 1);
	assert_true(rows[0].admitted);
	assert_int_equal(admit_bytes(&rows[0]), 60);
}

static void alone_is_admitted_only_into_an_empty_ledger(void **state)
{
	(void)state;
	struct admit_row busy[] = { held(1, 60), alone(1, 60), waits(1, 60) };
	assert_int_equal(plan_admit(busy, ARRAY_SIZE(busy)), 0); /* nor does anyone pass it */
	struct admit_row empty[] = { alone(1, 60), waits(0, 600) };
	assert_int_equal(plan_admit(empty, ARRAY_SIZE(empty)), 1);
	assert_int_equal(admit_bytes(&empty[0]), 60);
}

static void nothing_joins_one_that_is_alone(void **state)
{
	(void)state;
	struct admit_row rows[] = {
		{ .mem_bytes = 60, .budget_bytes = 60, .held = true, .alone = true },
		waits(0, 60) };
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 0);
}

static void a_younger_one_may_use_what_the_oldest_leaves(void **state)
{
	(void)state;
	/* When the 30 ends, 10 + 40 are taken: 10 remain, and are free now. */
	struct admit_row rows[] = { held(30, 60), held(10, 60), waits(40, 60), waits(11, 60),
				    waits(10, 60), waits(1, 60) };
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 1);
	assert_true(rows[4].admitted);
}

static void those_that_passed_leave_less_to_the_next(void **state)
{
	(void)state;
	struct admit_row rows[] = { held(40, 60), waits(50, 60), waits(6, 60), waits(5, 60),
				    waits(4, 60) };
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 2);
	assert_true(rows[2].admitted);
	assert_false(rows[3].admitted);
	assert_true(rows[4].admitted);
}

static void nobody_passes_an_oldest_that_wants_everything(void **state)
{
	(void)state;
	struct admit_row rows[] = { held(1, 60), waits(60, 60), waits(1, 60) };
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 0);
}

static void overcommitted_holders_admit_nobody(void **state)
{
	(void)state;
	struct admit_row rows[] = { held(50, 60), held(50, 60), waits(0, 60) };
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 0);
}

/* The 40 held when the 50 asked, and the third has passed that: 10 are beside it. */
static struct admit_row younger_beside(uint64_t passed, uint64_t younger)
{
	struct admit_row rows[] = { held(40, 60), held(passed, 60), waits(50, 60),
				    waits(younger, 60) };
	rows[0].ask_seq = 1;
	rows[1].ask_seq = 3;
	rows[2].ask_seq = 2;
	rows[3].ask_seq = 4;
	(void)plan_admit(rows, ARRAY_SIZE(rows));
	return rows[3];
}

static void nobody_else_passes_while_one_that_passed_has_outgrown_its_place(void **state)
{
	(void)state;
	assert_true(younger_beside(9, 1).admitted);
	assert_false(younger_beside(9, 2).admitted);
	assert_false(younger_beside(11, 1).admitted);
}

static void one_that_asked_before_the_oldest_did_has_not_passed_it(void **state)
{
	(void)state;
	struct admit_row rows[] = { held(40, 60), waits(50, 60), waits(10, 60) };
	rows[0].ask_seq = 1;
	rows[1].ask_seq = 2;
	rows[2].ask_seq = 3;
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 1);
	assert_true(rows[2].admitted);
}

enum { MAX_ROWS = 64, STEPS = 20000 };

/* Tokens and locks: a(TOKEN, ...) of rows that name what they want. */
#define GPU(milli_, units_) { .name = "gpu", .kind = AMOUNT_TOKEN, .milli = (milli_), \
			      .have = 3, .units = (units_) }
#define LOCK(kind_) { .name = "schema", .kind = (kind_) }
#define with(list) .amounts = (list), .n_amounts = ARRAY_SIZE(list)

static const struct amount gpu[] = { GPU(1000, 0) };
static const struct amount gpu_0[] = { GPU(1000, 1) };
static const struct amount gpu_1[] = { GPU(1000, 2) };
static const struct amount gpus[] = { GPU(2000, 0) };
static const struct amount part[] = { GPU(400, 0) };
static const struct amount part_1[] = { GPU(400, 2) };
static const struct amount most[] = { GPU(700, 0) };
static const struct amount writes[] = { LOCK(AMOUNT_LOCK) };
static const struct amount reads[] = { LOCK(AMOUNT_LOCK_SHARED) };

static void no_unit_is_given_twice(void **state)
{
	(void)state;
	struct admit_row rows[] = {
		{ .held = true, .budget_bytes = 60, with(gpu_1) },
		{ .budget_bytes = 60, with(gpu) },
		{ .budget_bytes = 60, with(gpu) },
		{ .budget_bytes = 60 },
	};
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 2);
	assert_true(rows[1].admitted);
	assert_int_equal(rows[1].units[0], 1);
	assert_false(rows[2].admitted);
	assert_true(rows[3].admitted); /* it delays nobody */
}

static void parts_fill_one_unit_before_another(void **state)
{
	(void)state;
	struct admit_row rows[] = {
		{ .held = true, .budget_bytes = 60, with(part_1) },
		{ .budget_bytes = 60, with(part) },
		{ .budget_bytes = 60, with(part) },
		{ .budget_bytes = 60, with(most) },
		{ .budget_bytes = 60, with(gpu) },
	};
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 2);
	assert_int_equal(rows[1].units[0], 2);
	assert_int_equal(rows[2].units[0], 1); /* 1.2 do not fit into one */
	assert_false(rows[3].admitted);
}

static void who_wants_all_units_is_not_overtaken_by_those_that_want_one(void **state)
{
	(void)state;
	struct admit_row rows[] = {
		{ .held = true, .budget_bytes = 60, with(gpu_0) },
		{ .budget_bytes = 60, with(gpus) },
		{ .budget_bytes = 60, with(gpu) },
	};
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 0);
	rows[1].amounts = gpu;
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 1);
	assert_true(rows[1].admitted);
}

static void readers_share_and_a_writer_that_waits_lets_no_more_in(void **state)
{
	(void)state;
	struct admit_row rows[] = {
		{ .held = true, .budget_bytes = 60, with(reads) },
		{ .budget_bytes = 60, with(reads) },
		{ .budget_bytes = 60, with(writes) },
		{ .budget_bytes = 60, with(reads) },
		{ .budget_bytes = 60, with(gpu) },
	};
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 2);
	assert_true(rows[1].admitted);
	assert_true(rows[4].admitted);
}

static void names_mean_different_things_in_different_scopes(void **state)
{
	(void)state;
	struct amount elsewhere = writes[0];
	elsewhere.scope = 7;
	struct amount token = GPU(1000, 0);
	(void)memcpy(token.name, "schema", sizeof("schema"));
	struct admit_row rows[] = {
		{ .held = true, .budget_bytes = 60, with(writes) },
		{ .budget_bytes = 60, .amounts = &elsewhere, .n_amounts = 1 },
		{ .budget_bytes = 60, .amounts = &token, .n_amounts = 1 },
	};
	assert_int_equal(plan_admit(rows, ARRAY_SIZE(rows)), 2);
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A ledger in a box: rows in the order that plan_admit wants. */
struct box {
	struct admit_row rows[MAX_ROWS];
	size_t n;
	size_t n_held;
	size_t held_at_head;  /* how many held then */
	struct amounts amounts[2 * MAX_ROWS]; /* by slot, used in turn: rows borrow them */
	unsigned next_slot;
	bool grown_at_head;   /* somebody has, since then */
	uint64_t n_asked;
};

static bool is_used(const struct box *b, unsigned slot)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->rows[i].slot == slot)
			return true;
	return false;
}

/* Up to three of two tokens and two locks. */
static void draw_amounts(struct box *b, struct admit_row *row, uint64_t *seed)
{
	static const struct amount kinds[] = {
		GPU(1000, 0), GPU(2000, 0), GPU(400, 0), GPU(700, 0),
		{ .name = "licence", .kind = AMOUNT_TOKEN, .milli = 2000, .have = 0x15 },
		{ .name = "licence", .kind = AMOUNT_TOKEN, .milli = 1000, .have = 0x7 },
		LOCK(AMOUNT_LOCK), LOCK(AMOUNT_LOCK_SHARED), LOCK(AMOUNT_LOCK_SHARED),
		{ .name = "port", .kind = AMOUNT_LOCK },
	};
	while (is_used(b, b->next_slot))
		b->next_slot = (b->next_slot + 1) % (2 * MAX_ROWS);
	row->slot = b->next_slot;
	struct amounts *a = &b->amounts[row->slot];
	a->n = 0;
	for (uint64_t left = next_random(seed) % 4; left; left--) {
		const struct amount *one = &kinds[next_random(seed) % ARRAY_SIZE(kinds)];
		bool has = false;
		for (size_t k = 0; k < a->n; k++)
			has |= amount_is_same(&a->list[k], one);
		if (!has)
			a->list[a->n++] = *one;
	}
	row->amounts = a->list;
	row->n_amounts = a->n;
}

/* Every two that hold, name by name. */
static void check_amounts(const struct amount *a, const struct amount *b)
{
	if (!amount_is_same(a, b))
		return;
	if (a->kind == AMOUNT_TOKEN)
		assert_true(!(a->units & b->units) || a->milli + b->milli <= AMOUNT_WHOLE);
	else
		assert_true(a->kind == AMOUNT_LOCK_SHARED && b->kind == AMOUNT_LOCK_SHARED);
}

static void check_own(const struct amount *a)
{
	const uint32_t n = a->milli < AMOUNT_WHOLE ? 1 : a->milli / AMOUNT_WHOLE;
	if (a->kind != AMOUNT_TOKEN)
		return;
	assert_int_equal(__builtin_popcountll(a->units), n);
	assert_int_equal(a->units & ~a->have, 0);
}

/* Those that hold a part of one unit: all together. */
static void check_parts(const struct box *b, const struct amount *of)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < b->n_held; i++)
		for (size_t k = 0; k < b->rows[i].n_amounts; k++)
			if (amount_is_same(&b->rows[i].amounts[k], of) &&
			    (b->rows[i].amounts[k].units & of->units))
				sum += of->milli < AMOUNT_WHOLE ? b->rows[i].amounts[k].milli : 0;
	assert_true(of->kind != AMOUNT_TOKEN || sum <= AMOUNT_WHOLE);
}

static void check_all_amounts(const struct box *b)
{
	for (size_t i = 0; i < b->n_held; i++)
		for (size_t k = 0; k < b->rows[i].n_amounts; k++) {
			const struct amount *a = &b->rows[i].amounts[k];
			check_own(a);
			check_parts(b, a);
			for (size_t j = 0; j < i; j++)
				for (size_t m = 0; m < b->rows[j].n_amounts; m++)
					check_amounts(a, &b->rows[j].amounts[m]);
		}
}

static void take_out(struct box *b, size_t i)
{
	for (size_t k = i; k + 1 < b->n; k++)
		b->rows[k] = b->rows[k + 1];
	b->n--;
	b->n_held--;
}

/* Moves the admitted behind the held, in order; true when the head was one. */
static bool grant(struct box *b)
{
	bool head_in = false;
	const size_t first_waiter = b->n_held;
	for (size_t i = first_waiter; i < b->n; i++) {
		struct admit_row row = b->rows[i];
		if (!row.admitted)
			continue;
		head_in |= i == first_waiter;
		row.mem_bytes = admit_bytes(&row);
		row.held = true;
		for (size_t k = 0; k < row.n_amounts; k++)
			b->amounts[row.slot].list[k].units = row.units[k];
		for (size_t k = i; k > b->n_held; k--)
			b->rows[k] = b->rows[k - 1];
		b->rows[b->n_held++] = row;
	}
	return head_in;
}

static void check_promises(const struct box *b)
{
	uint64_t sum = 0;
	uint64_t least = UINT64_MAX;
	bool any_alone = false;
	for (size_t i = 0; i < b->n_held; i++) {
		sum += b->rows[i].mem_bytes;
		if (b->rows[i].budget_bytes < least)
			least = b->rows[i].budget_bytes;
		any_alone |= b->rows[i].alone;
	}
	assert_true(b->n_held == 0 || sum <= least);
	assert_true(!any_alone || b->n_held == 1);
	assert_true(b->n == 0 || b->n_held > 0);
	check_all_amounts(b);
}

static void come(struct box *b, uint64_t *seed, bool small)
{
	struct admit_row row = {
		.mem_bytes = next_random(seed) % (small ? 10 : 70),
		.budget_bytes = 40 + next_random(seed) % 30,
		.ask_seq = ++b->n_asked,
		.alone = next_random(seed) % 16 == 0 };
	draw_amounts(b, &row, seed);
	b->rows[b->n++] = row;
}

/* One that holds grows into what the budget has left. */
static void grow_one(struct box *b, uint64_t *seed)
{
	uint64_t sum = 0;
	uint64_t least = UINT64_MAX;
	for (size_t i = 0; i < b->n_held; i++) {
		sum += b->rows[i].mem_bytes;
		if (b->rows[i].budget_bytes < least)
			least = b->rows[i].budget_bytes;
	}
	if (b->n_held == 0 || sum >= least)
		return;
	b->rows[next_random(seed) % b->n_held].mem_bytes += next_random(seed) % (least - sum + 1);
	b->grown_at_head = true;
}

/* In whatever order holders end and grow, budgets, tokens and locks are kept, and the oldest waiter
 * starts at the latest when all that held when it became the oldest have ended; but
 * for those that passed it and have grown since, and then nobody comes after them. */
static void no_history_breaks_a_budget_or_starves_the_oldest(void **state)
{
	(void)state;
	struct box b = { .n = 0 };
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
	for (int step = 0; step < STEPS; step++) {
		if (next_random(&seed) % 8 == 0) {
			grow_one(&b, &seed);
		} else if (b.n < MAX_ROWS && next_random(&seed) % 3 > 0) {
			come(&b, &seed, step & 1024);
		} else if (b.n_held > 0) {
			const size_t victim = next_random(&seed) % b.n_held;
			if (victim < b.held_at_head)
				b.held_at_head--;
			take_out(&b, victim);
		}
		const bool had_head = b.n > b.n_held;
		const size_t n_admitted = plan_admit(b.rows, b.n);
		const bool head_in = grant(&b);
		check_promises(&b);
		if (had_head && !head_in && b.held_at_head == 0) {
			assert_true(b.grown_at_head);
			assert_int_equal(n_admitted, 0);
		}
		if (!had_head || head_in) {
			b.held_at_head = b.n_held;
			b.grown_at_head = false;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_waits_in_an_empty_ledger),
		cmocka_unit_test(a_demand_equal_to_what_is_left_is_admitted),
		cmocka_unit_test(a_demand_one_byte_above_what_is_left_waits),
		cmocka_unit_test(those_that_fit_together_are_admitted_together),
		cmocka_unit_test(the_smallest_budget_of_the_holders_is_in_force),
		cmocka_unit_test(the_budget_of_one_that_waits_binds_only_itself),
		cmocka_unit_test(a_demand_above_the_budget_is_admitted_when_nothing_is_held),
		cmocka_unit_test(alone_is_admitted_only_into_an_empty_ledger),
		cmocka_unit_test(nothing_joins_one_that_is_alone),
		cmocka_unit_test(a_younger_one_may_use_what_the_oldest_leaves),
		cmocka_unit_test(those_that_passed_leave_less_to_the_next),
		cmocka_unit_test(nobody_passes_an_oldest_that_wants_everything),
		cmocka_unit_test(overcommitted_holders_admit_nobody),
		cmocka_unit_test(no_unit_is_given_twice),
		cmocka_unit_test(parts_fill_one_unit_before_another),
		cmocka_unit_test(who_wants_all_units_is_not_overtaken_by_those_that_want_one),
		cmocka_unit_test(readers_share_and_a_writer_that_waits_lets_no_more_in),
		cmocka_unit_test(names_mean_different_things_in_different_scopes),
		cmocka_unit_test(nobody_else_passes_while_one_that_passed_has_outgrown_its_place),
		cmocka_unit_test(one_that_asked_before_the_oldest_did_has_not_passed_it),
		cmocka_unit_test(no_history_breaks_a_budget_or_starves_the_oldest),
	};
	return cmocka_run_group_tests_name("planner/admit", tests, NULL, NULL);
}
