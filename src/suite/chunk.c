/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/chunk.h"

#include "base/str.h"
#include "base/time.h"

enum { LAUNCHES_WORTH = 20 }; /* a launch in it is 5 % */

bool chunk_may_hold(const struct test *t)
{
	return t->shares_launch && !t->linked && !t->quarantine && !t->disabled && !t->unable &&
	       !t->required_files && !t->demand.mem_bytes && !t->demand.exclusive &&
	       t->expectation == TEST_MUST_PASS && t->protocol == TEST_PROTOCOL_EXIT &&
	       !t->pass_pattern && !t->fail_pattern && !t->skip_status;
}

static void add_word(struct buf *b, const char *word)
{
	buf_adds(b, word ? word : "");
	buf_addc(b, '\n');
}

static void add_list(struct buf *b, char *const *words)
{
	for (; words && *words; words++)
		add_word(b, *words);
	add_word(b, "");
}

void chunk_add_key(const struct test *t, struct buf *b)
{
	add_word(b, t->argv[0]);
	add_word(b, t->program);
	add_word(b, t->cwd);
	add_word(b, t->profile);
	add_list(b, t->env);
	add_list(b, t->env_unset);
	add_list(b, t->demand.locks);
	add_list(b, t->demand.shared_locks);
	add_list(b, t->demand.tokens);
	add_list(b, t->tokens_if_any);
	buf_addf(b, "%u %jd %jd %ju %d", t->demand.cpus_milli, (intmax_t)t->timeout_ns,
		 (intmax_t)t->timeout_total_ns, (uintmax_t)t->output_limit_bytes, t->priority);
}

static uint64_t square_root(uint64_t of)
{
	uint64_t root = 0;

	for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1)
		if ((root + bit) * (root + bit) <= of)
			root += bit;
	return root;
}

int64_t chunk_wall_ns(int64_t launch_ns, int64_t work_ns, unsigned jobs)
{
	const int64_t worth_ns = LAUNCHES_WORTH * launch_ns;
	const uint64_t launch_us = (uint64_t)launch_ns / NSEC_PER_USEC;
	const uint64_t work_us = (uint64_t)work_ns / NSEC_PER_USEC;
	uint64_t product;

	/* So much work that nothing is lost at its end. */
	if (__builtin_mul_overflow(launch_us, work_us, &product))
		return worth_ns;
	const int64_t best_ns =
		(int64_t)square_root(product / (jobs ? jobs : 1)) * NSEC_PER_USEC;
	return best_ns < worth_ns ? best_ns : worth_ns;
}

static bool is_alike(const struct plan_item *item, const struct plan_item *first)
{
	const uint64_t bytes = item->demand.mem_bytes;
	const uint64_t first_bytes = first->demand.mem_bytes;
	const uint64_t slack = first_bytes / 4;

	return bytes >= first_bytes - slack && bytes <= first_bytes + slack;
}

/* Two of them are no longer than the chunk is to be. */
static bool is_short(const struct plan_item *item, const struct chunk_rules *rules)
{
	return item->expected_ns > 0 && item->expected_ns <= rules->wall_ns / 2;
}

size_t chunk_gather(const struct plan_item *items, const struct chunk_mark *marks,
		    const size_t *order, size_t n, size_t at, const struct chunk_rules *rules,
		    size_t *ret_members)
{
	const size_t first = order[at];
	int64_t wall_ns = items[first].expected_ns;
	size_t name_bytes = marks[first].name_bytes;
	size_t n_members = 0;

	ret_members[n_members++] = first;
	if (marks[first].group == SIZE_MAX || items[first].alone || items[first].first ||
	    !is_short(&items[first], rules))
		return n_members;
	for (size_t k = at + 1; k < n && n_members < CHUNK_MOST && wall_ns < rules->wall_ns; k++) {
		const size_t i = order[k];
		const struct plan_item *item = &items[i];

		if (item->state == PLAN_DONE)
			continue;
		const bool joins = item->state == PLAN_WAITING && !item->alone && !item->first &&
				   marks[i].group == marks[first].group && is_short(item, rules) &&
				   is_alike(item, &items[first]) &&
				   item->demand.mem_bytes <= rules->mem_bytes &&
				   name_bytes + marks[i].name_bytes <= CHUNK_NAME_BYTES;

		if (!joins && rules->adjacent)
			break;
		if (!joins)
			continue;
		ret_members[n_members++] = i;
		wall_ns += item->expected_ns;
		name_bytes += marks[i].name_bytes;
	}
	return n_members;
}
