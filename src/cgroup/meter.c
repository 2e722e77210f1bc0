/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup/meter.h"

#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/buf.h"
#include "base/time.h"

enum {
	FILL_BYTES_A_NS = 4,      /* how fast one process can make memory its own, about */
	CALM_MAX = 3,             /* doublings of the pace */
	GROWN_MIN = 1 << 20,      /* less is no growth */
	NEWS = 32,                /* a part more is news */
	/* How many times its own cost lies between two right sums at least: at the limit,
	 * near it, elsewhere. */
	DUE_AT_LIMIT = 4,
	DUE_NEAR = 20,
	DUE_ELSEWHERE = 100,
};

static int64_t cpu_now_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) < 0)
		return 0;
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* Files in it; 0 where it is no memory file system, or cannot be reached: a test
 * that cannot be traced cannot be looked into. */
static uint64_t tmpfs_bytes(const struct cg_tree *t, const char *tmpfs)
{
	_cleanup_buf_ struct buf path = BUF_INIT;
	struct statfs st;

	if (!tmpfs || !t->n)
		return 0;
	buf_addf(&path, "/proc/%d/root%s", (int)t->at[0].pid, tmpfs);
	if (path.error || statfs(buf_str(&path), &st) < 0 || st.f_type != TMPFS_MAGIC)
		return 0;
	return (st.f_blocks - st.f_bfree) * (uint64_t)st.f_bsize;
}

/* Files are mapped, too: what is both is held once. */
static uint64_t sum_of(const struct cg_memory *memory, uint64_t files_bytes)
{
	return memory->anon_bytes + larger(memory->shmem_bytes, files_bytes);
}

static struct cg_memory add_up(const struct cg_tree *t, int (*read)(pid_t, struct cg_memory *))
{
	struct cg_memory all = { 0 };

	for (size_t i = 0; i < t->n; i++) {
		struct cg_memory one = { 0 };
		/* It may be over, or none of ours to look into closely. */
		if (read(t->at[i].pid, &one) < 0 && read != cg_read_memory)
			(void)cg_read_memory(t->at[i].pid, &one);
		all.anon_bytes += one.anon_bytes;
		all.shmem_bytes += one.shmem_bytes;
	}
	return all;
}

static uint64_t count_faults(const struct cg_tree *t)
{
	uint64_t faults = 0;

	for (size_t i = 0; i < t->n; i++) {
		struct cg_process_stat stat;
		if (cg_read_stat(t->at[i].pid, &stat) == 0)
			faults += stat.faults;
	}
	return faults;
}

bool cg_meter_is_due(const struct cg_meter *m, uint64_t exact_bytes, uint64_t bound_bytes,
		     uint64_t near_bytes, uint64_t limit_bytes, int64_t now_ns)
{
	const int64_t since_ns = now_ns - m->exact_ns;

	if (!m->exact_ns)
		return true;
	if (bound_bytes >= limit_bytes)
		return since_ns >= m->exact_cost_ns * DUE_AT_LIMIT;
	if (bound_bytes >= near_bytes)
		return since_ns >= m->exact_cost_ns * DUE_NEAR;
	return bound_bytes / NEWS * (NEWS - 1) > exact_bytes &&
	       since_ns >= m->exact_cost_ns * DUE_ELSEWHERE;
}

void cg_meter_note(struct cg_meter *m, uint64_t held_bytes, int64_t now_ns)
{
	const uint64_t grown_bytes = minus(held_bytes, m->held_bytes);
	const int64_t since_us = (now_ns - m->looked_ns) / 1000;

	m->grows_bytes_s = 0;
	if (m->looked_ns && since_us > 0)
		m->grows_bytes_s = grown_bytes * 1000 / (uint64_t)since_us * 1000;
	m->calm = grown_bytes < GROWN_MIN ? m->calm + 1 : 0;
	m->held_bytes = held_bytes;
	m->looked_ns = now_ns;
}

uint64_t cg_meter_ahead(const struct cg_meter *m)
{
	return m->held_bytes + m->grows_bytes_s / (NSEC_PER_SEC / CG_LOOK_MIN_NS);
}

int64_t cg_meter_pace_ns(const struct cg_meter *m, uint64_t limit_bytes)
{
	const uint64_t room_ns = minus(limit_bytes, m->held_bytes) / FILL_BYTES_A_NS;
	int64_t ns = room_ns > CG_LOOK_MAX_NS ? CG_LOOK_MAX_NS : (int64_t)room_ns;

	if (ns < CG_LOOK_MIN_NS)
		ns = CG_LOOK_MIN_NS;
	ns <<= m->calm < CALM_MAX ? m->calm : CALM_MAX;
	if (ns > CG_LOOK_MAX_NS)
		ns = CG_LOOK_MAX_NS;
	return ns < m->cost_ns * CG_LOOK_SHARE ? m->cost_ns * CG_LOOK_SHARE : ns;
}

static uint64_t look_closely(struct cg_meter *m, const struct cg_memory *sum,
			     uint64_t files_bytes, uint64_t near_bytes, uint64_t limit_bytes)
{
	const uint64_t faults = count_faults(&m->tree);
	const uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	const uint64_t sum_bytes = sum->anon_bytes + sum->shmem_bytes;
	const uint64_t most_bytes = sum_of(sum, files_bytes);
	const uint64_t exact_bytes = sum_of(&m->exact, files_bytes);
	const uint64_t bound_bytes =
		smaller(most_bytes, exact_bytes + minus(sum_bytes, m->exact_sum_bytes) +
					    minus(faults, m->exact_faults) * page_bytes);

	if (cg_meter_is_due(m, exact_bytes, bound_bytes, near_bytes, limit_bytes, time_now_ns())) {
		const int64_t begin_ns = cpu_now_ns();
		m->exact = add_up(&m->tree, cg_read_shares);
		m->exact_cost_ns = cpu_now_ns() - begin_ns;
		m->exact_ns = time_now_ns();
		m->exact_sum_bytes = sum_bytes;
		m->exact_faults = faults;
	}
	/* What has ended since holds nothing any more. */
	return smaller(most_bytes, sum_of(&m->exact, files_bytes));
}

int cg_meter_look(struct cg_meter *m, pid_t root, const char *tmpfs, uint64_t near_bytes,
		  uint64_t limit_bytes)
{
	const int64_t begin_ns = cpu_now_ns();
	const int r = cg_tree_find(&m->tree, root);

	if (r < 0)
		return r;
	const struct cg_memory sum = add_up(&m->tree, cg_read_memory);
	const uint64_t files_bytes = tmpfs_bytes(&m->tree, tmpfs);
	uint64_t held_bytes = sum_of(&sum, files_bytes);

	m->cost_ns = cpu_now_ns() - begin_ns;
	if (m->tree.n > 1)
		held_bytes = look_closely(m, &sum, files_bytes, near_bytes, limit_bytes);
	cg_meter_note(m, held_bytes, time_now_ns());
	return 0;
}

void cg_meter_fini(struct cg_meter *m)
{
	cg_tree_fini(&m->tree);
	*m = (struct cg_meter){ 0 };
}
