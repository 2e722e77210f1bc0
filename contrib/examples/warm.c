/* SPDX-License-Identifier: Apache-2.0 */
/* warm: a test program that prepares once and gives each test a sandbox of its
 * own, all of them at a time.  Every test writes the same file and counts on
 * being the only one.
 *
 *	cc -o warm warm.c $(pkg-config --cflags --libs isorun) && ./warm
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <isorun/isorun.h>

enum { WORDS = 1000000 };

static unsigned *words; /* takes long to make; the tests find it made */

static void prepare(void)
{
	words = (unsigned *)calloc(WORDS, sizeof(*words));
	if (!words)
		errx(1, "no memory");
	for (unsigned i = 1; i < WORDS; i++)
		words[i] = words[i - 1] * 1103515245U + 12345U;
}

static int write_once(void)
{
	FILE *f = fopen("/tmp/warm-example", "wx");

	if (!f)
		return 1;
	fprintf(f, "%u\n", words[WORDS - 1]);
	return fclose(f) != 0;
}

static int is_alone(void)
{
	return getppid() == 1 ? write_once() : 1;
}

static int fails(void)
{
	return words[0] == 0 ? 3 : 0;
}

static int crashes(void)
{
	abort();
}

static const struct {
	const char *name;
	int (*run)(void);
} tests[] = {
	{ "write once", write_once },
	{ "write once, again", write_once },
	{ "is alone", is_alone },
	{ "fails", fails },
	{ "crashes", crashes },
};
enum { TESTS = sizeof(tests) / sizeof(*tests) };

static struct iso_box *start(const struct iso_spec *spec, int test)
{
	struct iso_err err = ISO_ERR_INIT;
	struct iso_box *box;
	int r;

	fflush(NULL); /* what stdio still holds the fork would print, too */
	r = iso_fork(spec, &box, &err);
	if (r == 0)
		_exit(tests[test].run());
	if (r < 0)
		errx(1, "%s: %s", tests[test].name, err.text);
	return box;
}

static void finish(struct iso_box *box, int test)
{
	struct iso_err err = ISO_ERR_INIT;
	struct iso_result result;

	if (iso_box_wait(box, &result, &err) < 0)
		errx(1, "%s: %s", tests[test].name, err.text);
	printf("%-18s exit status %2d, signal %d\n", tests[test].name, result.exit_status,
	       result.signal);
	iso_box_free(box);
}

int main(int argc, char **argv)
{
	struct iso_err err = ISO_ERR_INIT;
	struct iso_spec *spec = iso_spec_new();
	struct iso_box *boxes[TESTS];

	/* warm [DIRECTORY]: of profiles, where they are not those installed. */
	if (!spec || (argc > 1 && iso_spec_profile_dirs(spec, argv + 1) < 0) ||
	    iso_spec_profile(spec, "default", &err) < 0 ||
	    iso_spec_set(spec, "limits", "memory", "64M", &err) < 0 ||
	    iso_spec_set(spec, "limits", "timeout", "1m", &err) < 0)
		errx(2, "%s", err.text);
	prepare();
	for (int i = 0; i < TESTS; i++)
		boxes[i] = start(spec, i);
	for (int i = 0; i < TESTS; i++)
		finish(boxes[i], i);
	iso_spec_free(spec);
	return 0;
}
