/* SPDX-License-Identifier: Apache-2.0 */
/* A host program of libisorun, C and C++ alike, with an event loop of its own:
 * use RUNTIME_DIR PROFILE_DIR COMMAND [ARG...] prints how the command ended. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include <isorun/isorun.h>

/* Names that the library has, too, for its own. */
int loop_open(void);
int engine_open(void);
int buf_add(void);

int loop_open(void)
{
	return 1;
}

int engine_open(void)
{
	return 2;
}

int buf_add(void)
{
	return 3;
}

static int attend(struct iso_box *box)
{
	struct pollfd fd;
	int r;

	fd.fd = iso_box_fd(box);
	fd.events = POLLIN;
	do {
		if (poll(&fd, 1, -1) < 0 && errno != EINTR)
			return -errno;
		r = iso_box_attend(box);
	} while (r == 0);
	return r < 0 ? r : 0;
}

static int run(struct iso_spec *spec, char *const *argv, struct iso_err *err)
{
	struct iso_box *box;
	struct iso_result result;
	int r = iso_spawn(spec, argv, &box, err);

	if (r < 0)
		return r;
	r = attend(box);
	if (r == 0)
		r = iso_box_wait(box, &result, err);
	if (r == 0)
		printf("outcome %d, exit status %d, signal %d, leftovers %u\n",
		       (int)result.outcome, result.exit_status, result.signal, result.leftovers);
	iso_box_free(box);
	return r;
}

int main(int argc, char **argv)
{
	struct iso_err err = ISO_ERR_INIT;
	char *dirs[] = { NULL, NULL };
	struct iso_spec *spec = iso_spec_new();
	int r = argc < 4 || !spec ? -EINVAL : 0;

	if (r == 0) {
		dirs[0] = argv[2];
		r = iso_spec_runtime_dir(spec, argv[1]);
	}
	if (r == 0)
		r = iso_spec_profile_dirs(spec, dirs);
	if (r == 0)
		r = iso_spec_profile(spec, "default", &err);
	if (r == 0)
		r = iso_spec_set(spec, "limits", "memory", "64M", &err);
	if (r == 0)
		r = run(spec, argv + 3, &err);
	iso_spec_free(spec);
	if (r < 0)
		printf("error %d: %s\n", -r, err.text);
	return loop_open() + engine_open() + buf_add() != 6 || r < 0;
}
