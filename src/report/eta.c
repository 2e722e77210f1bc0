/* SPDX-License-Identifier: Apache-2.0 */
#include "report/fold.h"

#include "base/time.h"

/* Until then the width seen so far says more of the start than of the run. */
#define SETTLED_NS (2 * NSEC_PER_SEC)

struct work {
	int64_t left_ns;      /* test time still to be spent */
	int64_t longest_ns;   /* of one test: nothing ends before it */
};

/* What tests of unknown length are taken for, each time: the mean of the known ones. */
static int64_t usual_ns(const struct fold *f)
{
	int64_t sum = f->finished_wall_ns / f->times;
	int64_t n = f->n_finished;

	if (n > 0)
		return sum / n;
	for (size_t i = 0; i < f->n_tests; i++)
		if (f->tests[i]->expected_ns > 0) {
			sum += f->tests[i]->expected_ns;
			n++;
		}
	return n > 0 ? sum / n : -1;
}

static void add_test(struct work *w, const struct fold_test *t, unsigned times, int64_t usual,
		     int64_t t_ns)
{
	const unsigned begun = t->attempt - (t->phase == FOLD_RUNNING);
	int64_t left = t->expected_ns > 0 ? t->expected_ns : usual;

	if (t->phase == FOLD_FINISHED)
		return;
	if (times > 1 && begun < times && left > 0 && left < INT64_MAX / times)
		left *= times - begun;
	if (t->phase == FOLD_RUNNING)
		left -= t_ns - t->started_t_ns;
	if (left <= 0)
		return;
	w->left_ns += left;
	if (left > w->longest_ns)
		w->longest_ns = left;
}

/* Tests at work at once so far, in thousandths. */
static int64_t width_milli(const struct fold *f, int64_t t_ns)
{
	int64_t jobs_milli = (f->jobs ? f->jobs : 1) * INT64_C(1000);
	int64_t busy = f->busy_ns;

	if (t_ns < SETTLED_NS)
		return jobs_milli;
	for (const struct fold_test *t = f->first_running; t; t = t->next_running)
		busy += t_ns - t->started_t_ns;

	int64_t milli = (int64_t)((double)busy / (double)t_ns * 1000);
	return milli < 1000 ? 1000 : milli > jobs_milli ? jobs_milli : milli;
}

int64_t fold_eta(const struct fold *f, int64_t t_ns)
{
	int64_t usual = usual_ns(f);
	struct work w = { 0, 0 };

	if (usual < 0)
		return -1;
	for (size_t i = 0; i < f->n_tests; i++)
		add_test(&w, f->tests[i], f->times, usual, t_ns);
	w.left_ns += (int64_t)(fold_total(f) - f->n_tests) * usual;

	int64_t spread = (int64_t)((double)w.left_ns * 1000 / (double)width_milli(f, t_ns));
	return spread > w.longest_ns ? spread : w.longest_ns;
}
