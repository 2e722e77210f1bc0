/* SPDX-License-Identifier: Apache-2.0 */
/* What a program tells of its cases goes to a file without a name: the test gets a
 * descriptor of it, and the name of that.  So it is written through every mount
 * namespace and as any user, nothing of it lies in the tree or in a private directory
 * that may be full, and it is gone with the last who has it open. */
#include "suite/runner_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"
#include "suite/test_env.h"

enum { REPORT_MOST_BYTES = 64 << 20, FILE_NAME = 32 };

bool run_cases_tells(const struct run_test *t)
{
	const struct cases_driver *driver = t->test->cases;

	return driver && (!driver->own_variable ||
			  !test_env_value(t->test, t->spec, driver->own_variable));
}

/* memfd_create(2), Linux 3.17: it belongs to us, and everybody may write it. */
static int open_file(struct run_test *t)
{
	const struct spec *spec = t->spec;
	struct run_telling *telling = &t->telling;

	telling->file_fd = memfd_create("isorun-cases", MFD_CLOEXEC);
	if (telling->file_fd < 0)
		return -errno;
	telling->pass_fds = calloc(spec->n_pass_fds + 1, sizeof(*telling->pass_fds));
	if (!telling->pass_fds)
		return -ENOMEM;
	for (size_t i = 0; i < spec->n_pass_fds; i++)
		telling->pass_fds[i] = spec->pass_fds[i];
	telling->pass_fds[spec->n_pass_fds] = telling->file_fd;
	t->attempt_spec.pass_fds = telling->pass_fds;
	t->attempt_spec.n_pass_fds = spec->n_pass_fds + 1;
	t->own_spec = true;
	return 0;
}

/* The test has it under the same number. */
static const char *file_name(const struct run_test *t, char ret[FILE_NAME])
{
	(void)snprintf(ret, FILE_NAME, "/proc/self/fd/%d", t->telling.file_fd);
	return ret;
}

static int make_command(struct run_test *t)
{
	const struct cases_driver *driver = t->test->cases;
	const struct run_chunk *chunk = t->chunk;
	char ***argv = &t->telling.argv;
	char file[FILE_NAME];
	int r = chunk ? strv_add(argv, t->test->argv[0]) : strv_copy(t->test->argv, argv);

	if (r == 0 && chunk)
		r = driver->choose(chunk->tests, chunk->n, argv);
	return r < 0 ? r : driver->tell(driver->to_file ? file_name(t, file) : NULL, argv);
}

int run_cases_prepare(struct run_test *t, struct iso_err *err)
{
	int r = 0;

	if (!run_cases_tells(t) || (!t->test->cases->of_each && !t->chunk))
		return 0;
	if (t->test->cases->to_file)
		r = open_file(t);
	if (r == 0)
		r = make_command(t);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "cases") : 0;
}

/* One that is too large to be a report is none. */
static int read_report(const struct run_test *t, char **ret, size_t *ret_len)
{
	char file[FILE_NAME];
	const bool in_file = t->telling.file_fd >= 0;
	int r = fs_read_at(t->run->dir_fd, in_file ? file_name(t, file) : t->output,
			   REPORT_MOST_BYTES, ret, ret_len);

	if (r != -EFBIG)
		return r;
	*ret = calloc(1, 1);
	*ret_len = 0;
	return *ret ? 0 : -ENOMEM;
}

int run_cases_read(struct run_test *t, struct output_facts *ret, struct iso_err *err)
{
	const struct test *const itself[] = { t->test };
	struct case_found one[1];
	const struct run_chunk *c = t->chunk;
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r;

	if (!t->telling.argv)
		return 0;
	r = read_report(t, &text, &len);
	if (r == 0 && c)
		r = cases_told_read(t->test->cases, text, len, c->tests, c->n, c->found,
				    &ret->cases);
	else if (r == 0)
		r = cases_told_read(t->test->cases, text, len, itself,
				    t->test->case_name ? 1 : 0, one, &ret->cases);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "cases of '%s'", t->test->id) : 0;
}

void run_cases_end(struct run_test *t)
{
	strv_free(t->telling.argv);
	free(t->telling.pass_fds);
	cleanup_close(&t->telling.file_fd);
	t->telling = (struct run_telling){ .file_fd = -1 };
}
