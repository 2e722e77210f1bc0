/* SPDX-License-Identifier: Apache-2.0 */
#include "base/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/term.h"
#include "base/time.h"

#define DEADLINE_NS (5 * NSEC_PER_SEC)

/* A terminal, its user's end, and what is on both sides of the relay. */
struct scene {
	struct loop *loop;
	struct relay *relay;
	int user;    /* a descriptor of the slave */
	int in[2];   /* pipe: what is typed */
	int out[2];  /* pipe: what shows */
	bool done;
};

static void on_done(void *arg)
{
	((struct scene *)arg)->done = true;
}

static void make_pty(int *ret_master, int *ret_slave)
{
	*ret_master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*ret_master >= 0);
	assert_int_equal(unlockpt(*ret_master), 0);
	*ret_slave = open(ptsname(*ret_master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*ret_slave >= 0);
}

static int set_up(void **state)
{
	static struct scene s;

	s = (struct scene){ .user = -1 };
	*state = &s;
	return pipe(s.in) < 0 || pipe(s.out) < 0 ? -1 : loop_open(&s.loop);
}

static int tear_down(void **state)
{
	struct scene *s = *state;

	relay_free(s->relay);
	loop_close(s->loop);
	cleanup_close(&s->user);
	for (int i = 0; i < 2; i++) {
		cleanup_close(&s->in[i]);
		cleanup_close(&s->out[i]);
	}
	return 0;
}

/* Without echo and newlines of its own, as the engine sets it for pipes. */
static void open_relay(struct scene *s, int in_fd, int out_fd)
{
	struct termios mode;
	int master;
	int slave;

	make_pty(&master, &slave);
	assert_int_equal(term_get_mode(slave, &mode), 0);
	mode.c_lflag &= ~(tcflag_t)ECHO;
	mode.c_oflag &= ~(tcflag_t)ONLCR;
	assert_int_equal(term_set_mode(slave, &mode), 0);
	s->user = fcntl(slave, F_DUPFD_CLOEXEC, 3);
	assert_int_equal(relay_open(s->loop, master, slave, in_fd, out_fd, &s->relay), 0);
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void step_until_readable(struct scene *s, int fd)
{
	const int64_t end = time_now_ns() + DEADLINE_NS;

	while (!readable(fd)) {
		assert_int_equal(loop_step(s->loop), 0);
		assert_true(time_now_ns() < end);
	}
}

static void assert_read(struct scene *s, int fd, const char *text)
{
	char got[64] = "";

	step_until_readable(s, fd);
	assert_int_equal(read(fd, got, sizeof(got) - 1), strlen(text));
	assert_string_equal(got, text);
}

static void put(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void bytes_go_both_ways(void **state)
{
	struct scene *s = *state;

	open_relay(s, s->in[0], s->out[1]);
	put(s->in[1], "typed\n");
	assert_read(s, s->user, "typed\n");
	put(s->user, "shown\n");
	assert_read(s, s->out[0], "shown\n");
}

static void behind_the_end_of_input_each_read_is_an_end_of_file(void **state)
{
	struct scene *s = *state;

	open_relay(s, s->in[0], s->out[1]);
	put(s->in[1], "last\nwithout newline");
	close(s->in[1]);
	s->in[1] = -1;
	assert_read(s, s->user, "last\n");
	assert_read(s, s->user, "without newline");
	for (int i = 0; i < 3; i++)
		assert_read(s, s->user, "");
}

static void an_end_of_file_that_was_flushed_comes_again(void **state)
{
	struct scene *s = *state;
	_cleanup_close_ int null = open("/dev/null", O_RDONLY);

	open_relay(s, null, s->out[1]);
	step_until_readable(s, s->user);
	assert_int_equal(ioctl(s->user, TCFLSH, TCIFLUSH), 0);
	assert_read(s, s->user, "");
}

static void a_file_is_read_to_its_end(void **state)
{
	struct scene *s = *state;
	char name[] = "/tmp/test_relay.XXXXXX";
	_cleanup_close_ int file = mkstemp(name);

	unlink(name);
	put(file, "one\ntwo\n");
	lseek(file, 0, SEEK_SET);
	open_relay(s, file, s->out[1]);
	assert_read(s, s->user, "one\n");
	assert_read(s, s->user, "two\n");
	assert_read(s, s->user, "");
}

static void a_reader_that_is_slow_loses_nothing(void **state)
{
	struct scene *s = *state;
	static char chunk[1000];
	size_t sent = 0;
	size_t got = 0;

	memset(chunk, 'x', sizeof(chunk));
	open_relay(s, s->in[0], s->out[1]);
	assert_int_equal(fcntl(s->user, F_SETFL, O_NONBLOCK), 0);
	/* Until the pipe, the relay and the terminal are full. */
	for (bool stuck = false; !stuck;) {
		struct pollfd look = { .fd = loop_fd(s->loop), .events = POLLIN };
		ssize_t n = write(s->user, chunk, sizeof(chunk));
		sent += n > 0 ? (size_t)n : 0;
		stuck = n < 0 && poll(&look, 1, 100) == 0;
		assert_int_equal(loop_step(s->loop), 0);
	}
	assert_true(sent > 64 * 1024);
	assert_false(relay_finish(s->relay, on_done, s));
	while (!s->done || readable(s->out[0])) {
		ssize_t n = readable(s->out[0]) ? read(s->out[0], chunk, sizeof(chunk)) : 0;
		got += (size_t)n;
		if (!s->done)
			assert_int_equal(loop_step(s->loop), 0);
	}
	assert_int_equal(got, sent);
	assert_int_equal(relay_error(s->relay), 0);
}

static void a_reader_that_is_gone_hangs_up(void **state)
{
	struct scene *s = *state;
	struct pollfd user = { .events = POLLIN };
	const int64_t end = time_now_ns() + DEADLINE_NS;

	signal(SIGPIPE, SIG_IGN);
	open_relay(s, s->in[0], s->out[1]);
	user.fd = s->user;
	close(s->out[0]);
	s->out[0] = -1;
	put(s->user, "nobody reads this\n");
	while (poll(&user, 1, 0) == 0 || !(user.revents & POLLHUP)) {
		assert_int_equal(loop_step(s->loop), 0);
		assert_true(time_now_ns() < end);
	}
	assert_int_equal(relay_master(s->relay), -1);
	assert_int_equal(relay_error(s->relay), 0);
	assert_true(relay_finish(s->relay, on_done, s));
}

static void output_that_is_lost_for_a_full_disk_is_an_error(void **state)
{
	struct scene *s = *state;
	_cleanup_close_ int full = open("/dev/full", O_WRONLY);

	open_relay(s, s->in[0], full);
	put(s->user, "text\n");
	(void)relay_finish(s->relay, on_done, s);
	assert_int_equal(relay_error(s->relay), ENOSPC);
}

static void a_socket_is_written_in_pieces_that_fit(void **state)
{
	struct scene *s = *state;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	open_relay(s, s->in[0], ends[1]);
	put(s->user, "by a socket\n");
	assert_read(s, ends[0], "by a socket\n");
	assert_false(fcntl(ends[1], F_GETFL) & O_NONBLOCK);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bytes_go_both_ways, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			behind_the_end_of_input_each_read_is_an_end_of_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_end_of_file_that_was_flushed_comes_again, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_file_is_read_to_its_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_reader_that_is_slow_loses_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_reader_that_is_gone_hangs_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(output_that_is_lost_for_a_full_disk_is_an_error,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_socket_is_written_in_pieces_that_fit, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
