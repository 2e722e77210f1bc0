/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "base/buf.h"
#include "events.h"

static struct sink *open_tty(struct tty_options *o)
{
	struct sink *s = NULL;

	o->fd = memfd_create("tty", MFD_CLOEXEC);
	assert_true(o->fd >= 0);
	assert_int_equal(sink_tty_open(o, &s, NULL), 0);
	return s;
}

/* What was written so far is not looked at again. */
static void forget(const struct tty_options *o)
{
	assert_int_equal(ftruncate(o->fd, 0), 0);
	assert_int_equal(lseek(o->fd, 0, SEEK_SET), 0);
}

static void close_ok(struct sink *s)
{
	struct iso_err err = ISO_ERR_INIT;

	if (s->driver->close(s, &err) < 0)
		fail_msg("%s", err.text);
}

/* The run directory's name is not the same twice: "RUN" stands for it. */
static void assert_written(const struct tty_options *o, const struct place *p, const char *expected)
{
	char *got = read_memory(o->fd);
	struct buf b = BUF_INIT;
	const char *from = got;

	for (const char *at; (at = strstr(from, p->dir)); from = at + strlen(p->dir)) {
		buf_add(&b, from, (size_t)(at - from));
		buf_adds(&b, "RUN");
	}
	buf_adds(&b, from);
	assert_string_equal(buf_str(&b), expected);
	buf_free(&b);
	free(got);
}

#define BAD_BLOCK                                                            \
	"FAIL     1.2s    64M  t/bad.py::Case::test_x: exit status 1\n"      \
	"  | first\n"                                                        \
	"  | kurz red \\x1b]0;title\\x07\n"                                  \
	"  | \xef\xbf\xbd" "end\n"                                           \
	"  whole output: RUN/output/2.1\n"                                   \
	"  run it alone: cd '/src/my suite' && "                              \
	"isorun --env 'A=b c' -- ./run 'a b'\n"                              \
	"\n"

#define SLOW_BLOCK                                                           \
	"TIME     5.0s     5M  t/slow: no end after 5s\n"                    \
	"  it wrote nothing: RUN/output/6.1\n"                               \
	"  hint: --timeout TIME, or timeout = TIME in the manifest,"         \
	" gives it longer\n"                                                \
	"  run it alone: cd '/src/my suite' && "                              \
	"isorun --env 'A=b c' -- ./run 'a b'\n"                              \
	"\n"

#define SUMMARY                                                              \
	"slowest\n"                                                          \
	"     5.0s  t/slow\n"                                                \
	"     1.2s  t/bad.py::Case::test_x\n"                                \
	"     1.2s  t/big\n"                                                 \
	"     0.4s  t/flaky\n"                                               \
	"     0.4s  t/ok\n"                                                  \
	"largest\n"                                                          \
	"     900M  t/big (reserved 1G, from oom)\n"                         \
	"      64M  t/bad.py::Case::test_x (reserved 256M, from history)\n"  \
	"      12M  t/ok (reserved 256M, from history)\n"                    \
	"      10M  t/flaky (reserved 64M, from history)\n"                  \
	"       5M  t/slow (reserved 256M, from history)\n"                  \
	"left running by tests, and ended\n"                                 \
	"  t/big: pid 42: sleep (sleep 1000)\n"                              \
	"out of memory\n"                                                    \
	"  t/big: 256M, 512M, then passed with 1G\n"                         \
	"not isolated as asked (isorun doctor tells more)\n"                 \
	"  memory limit: no writable cgroup (3 attempts)\n"                  \
	"flaky\n"                                                            \
	"  t/flaky: exit status 1, then passed (2 attempts)\n"               \
	"failed\n"                                                           \
	"  FAIL  t/bad.py::Case::test_x: exit status 1\n"                    \
	"  TIME  t/slow: no end after 5s\n"                                  \
	"1 test wrote in the workspace, the overlay discarded it"            \
	" (to keep it: --keep GLOB)\n"                                \
	"wall 12.3s, tests 24.6s, speedup 2.0x; lower bound 11.8s"           \
	" (cpu binds: longest 5.0s, cpu 11.8s, memory 9.1s)\n"               \
	"run directory: RUN\n"                                               \
	"2 failed: 1 failed, 1 timed-out\n"                                  \
	"1 of those passed is flaky\n"                                       \
	"3 passed, 2 failed, 1 skipped\n"

static const char plain_text[] =
	"6 tests, 8 at once, 2 cpus, budget 6G (memory limit of /ci), order random:42\n"
	"ok       0.4s    12M  t/ok\n"
	BAD_BLOCK
	"again    0.3s    10M  t/flaky: exit status 1\n"
	"flaky    0.4s    10M  t/flaky: exit status 1, then passed (2 attempts)\n"
	"again    1.2s   256M  t/big: out of memory at 256M\n"
	"again    1.2s   256M  t/big: out of memory at 512M\n"
	"ok       1.2s   900M  t/big (3 attempts)\n"
	"skip     12ms     3M  t/skip: no openssl\n"
	SLOW_BLOCK
	SUMMARY;

static void plain_lines_tell_the_whole_run_and_move_nothing(void **state)
{
	struct place *p = *state;

	/* No line is cut or wrapped in a log, however narrow it is shown. */
	for (unsigned columns = 40; columns <= 80; columns += 40) {
		struct tty_options o = { .columns = columns, .rows = 24 };
		struct sink *s = open_tty(&o);

		play_run(p, &s, 1);
		close_ok(s);
		assert_written(&o, p, plain_text);
		close(o.fd);
	}
}

static void quiet_leaves_only_failures_and_the_summary(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .quiet = true };
	struct sink *s = open_tty(&o);

	play_run(p, &s, 1);
	close_ok(s);
	assert_written(&o, p, BAD_BLOCK SLOW_BLOCK SUMMARY);
	close(o.fd);
}

static void colours_come_only_when_asked_for(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .color = true };
	struct sink *s = open_tty(&o);

	play_run(p, &s, 1);
	close_ok(s);
	char *text = read_memory(o.fd);
	assert_non_null(strstr(text, "\033[32mok   \033[0m "));
	assert_non_null(strstr(text, "\033[31mFAIL \033[0m "));
	assert_non_null(strstr(text, "\033[31m3 passed, 2 failed, 1 skipped\033[0m\n"));
	free(text);
	close(o.fd);
}

static void a_log_replayed_into_plain_lines_gives_the_same_text(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .fd = -1 };
	char *path = place_path(p, "events.jsonl");
	struct sink *s = NULL;
	struct iso_err err = ISO_ERR_INIT;

	assert_int_equal(sink_eventlog_open(path, &s, NULL), 0);
	play_run(p, &s, 1);
	close_ok(s);
	s = open_tty(&o);
	if (eventlog_replay(path, &s, 1, &err) < 0)
		fail_msg("%s", err.text);
	close_ok(s);
	assert_written(&o, p, plain_text);
	close(o.fd);
	free(path);
}

/* Three of 206 run: one in its second try, one with a wide and long name. */
static void play_start(const struct place *p, struct sink *s)
{
	static const char *const ids[] = { "t/first", "t/second",
					   "t/" "\xe4\xb8\x80\xe4\xba\x8c\xe4\xb8\x89\xe5\x9b\x9b"
					   "/and-a-name-that-goes-on-and-on-beyond-what-fits.py" };

	send_all(&s, 1, run_started(p, 206));
	for (size_t i = 0; i < 3; i++) {
		struct event e = { .kind = EVENT_ATTEMPT_SAMPLED, .test = ids[i], .attempt = 1 };

		send_all(&s, 1, planned(ids[i], 3000 * MS));
		send_all(&s, 1, started(ids[i], i == 1 ? 2 : 1, (int64_t)i * 300 * MS, 256 * MIB));
		e.u.sampled.mem_bytes = (i * 100 + 1) * MIB;
		if (i > 0)
			send_all(&s, 1, e);
	}
}

#define HEADER "206 tests, 8 at once, 2 cpus, budget 6G (memory limit of /ci), order random:42\n"
#define WIDE_80 "t/\xe4\xb8\x80\xe4\xba\x8c\xe4\xb8\x89\xe5\x9b\x9b" \
	"/and-a-..t-goes-on-and-on-beyond-what-fits.py"

static void the_live_area_at_80_columns(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .live = true, .columns = 80, .rows = 24 };
	struct sink *s = open_tty(&o);

	play_start(p, s);
	sink_tty_tick(s, 1500 * MS);
	assert_written(&o, p,
		HEADER "[  0/206] 206 wait   0 of 6G   0ms\033[K\033[J"
		"\r[  0/206] 3 running, 203 wait   768M of 6G   eta 1m17s\033[K\n"
		"   1.5s      - / 256M   t/first\033[K\n"
		"   1.2s   101M / 256M   try 2  t/second\033[K\n"
		"   0.9s   201M / 256M   " WIDE_80 "\033[K\033[J");
	forget(&o);

	/* A failure scrolls by above; the area closes up. */
	send_all(&s, 1, test_finished("t/first", 1600 * MS, OUTCOME_FAILED, 1, "exit status 9",
				      NULL, 1600 * MS, MIB));
	assert_written(&o, p,
		"\r\033[3A\033[J"
		"FAIL     1.6s     1M  t/first: exit status 9\n"
		"  run it alone: cd '/src/my suite' && "
		"isorun --env 'A=b c' -- ./run 'a b'\n\n"
		"[  1/206] 1 failed, 2 running, 203 wait   512M of 6G   eta 42s\033[K\n"
		"   1.3s   101M / 256M   try 2  t/second\033[K\n"
		"   1.0s   201M / 256M   " WIDE_80 "\033[K\033[J");
	forget(&o);

	/* What passes is not told, only counted at the next tick. */
	send_all(&s, 1, test_finished("t/second", 1700 * MS, OUTCOME_PASSED, 2, NULL, NULL,
				      1400 * MS, MIB));
	assert_written(&o, p, "");
	sink_tty_tick(s, 1700 * MS);
	char *text = read_memory(o.fd);
	assert_non_null(strstr(text, "\r\033[2A[  2/206] 1 failed, 1 running, 203 wait"));
	free(text);
	s->driver->close(s, NULL);
	close(o.fd);
}

static void the_live_area_at_40_columns(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .live = true, .columns = 40, .rows = 24 };
	struct sink *s = open_tty(&o);

	play_start(p, s);
	sink_tty_tick(s, 1500 * MS);
	assert_written(&o, p,
		HEADER "[  0/206] 206 wait   0 of 6G   0ms\033[K\033[J"
		"\r[  0/206] 3 running   eta 1m17s\033[K\n"
		"   1.5s      -  t/first\033[K\n"
		"   1.2s   101M  try 2  t/second\033[K\n"
		"   0.9s   201M  t/\xe4\xb8\x80\xe4\xba\x8c..d-what-fits.py\033[K\033[J");
	s->driver->close(s, NULL);
	close(o.fd);
}

static void the_area_takes_half_the_rows_and_counts_the_rest(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .live = true, .columns = 80, .rows = 6 };
	struct sink *s = open_tty(&o);

	play_start(p, s);
	forget(&o);
	sink_tty_tick(s, 1500 * MS);
	assert_written(&o, p,
		"\r[  0/206] 3 running, 203 wait   768M of 6G   eta 1m17s\033[K\n"
		"   1.5s      - / 256M   t/first\033[K\n"
		"        and 2 more\033[K\033[J");
	s->driver->close(s, NULL);
	close(o.fd);
}

static void a_window_without_room_shows_no_area(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .live = true, .columns = 80, .rows = 1 };
	struct sink *s = open_tty(&o);

	play_start(p, s);
	sink_tty_tick(s, 1500 * MS);
	assert_written(&o, p, HEADER);
	s->driver->close(s, NULL);
	close(o.fd);
}

static void live_mode_ends_with_the_same_summary_and_no_area(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .live = true, .columns = 80, .rows = 24 };
	struct sink *s = open_tty(&o);

	play_run(p, &s, 1);
	sink_tty_tick(s, 99000 * MS);
	close_ok(s);
	char *text = read_memory(o.fd);
	assert_null(strstr(text, "t/ok\n" "FAIL"));
	assert_non_null(strstr(text, "\033[J" "slowest\n"));
	assert_non_null(strstr(text, "\n3 passed, 2 failed, 1 skipped\n"));
	assert_string_equal(text + strlen(text) - 30, "3 passed, 2 failed, 1 skipped\n");
	free(text);
	close(o.fd);
}

static void verbose_live_mode_names_what_passed(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .live = true, .verbose = true, .columns = 80, .rows = 24 };
	struct sink *s = open_tty(&o);

	send_all(&s, 1, run_started(p, 1));
	play_simple(&s, 1, "t/ok", 0, OUTCOME_PASSED, NULL, NULL, 400 * MS, MIB);
	char *text = read_memory(o.fd);
	assert_non_null(strstr(text, "ok       0.4s     1M  t/ok\n"));
	free(text);
	s->driver->close(s, NULL);
	close(o.fd);
}

static void verbose_shows_what_each_attempt_wrote(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .verbose = true };
	struct sink *s = open_tty(&o);

	place_write(p, "output/1.1", "one\n\033[2Jtwo", 11);
	play_run(p, &s, 1);
	play_simple(&s, 1, "t/says", 0, OUTCOME_PASSED, NULL, "output/1.1", 400 * MS, MIB);
	char *text = read_memory(o.fd);
	assert_non_null(strstr(text, "t/says\n  | one\n  | \\x1b[2Jtwo\n"));
	assert_non_null(strstr(text, "t/flaky: exit status 1\n  | flaked\n"));
	free(text);
	s->driver->close(s, NULL);
	close(o.fd);
}

static void a_test_cannot_drive_the_terminal_by_its_name_or_its_words(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .live = true, .columns = 80, .rows = 24 };
	struct sink *s = open_tty(&o);
	const char *id = "evil\033[2J\r\n\xc2\x9b" "31m\xe2\x80\xae\x7f";

	send_all(&s, 1, run_started(p, 1));
	forget(&o);
	struct event e = planned(id, 0);
	e.u.planned.command = "echo '\033]0;x\007'";
	e.u.planned.cwd = "/\033c";
	send_all(&s, 1, e);
	send_all(&s, 1, started(id, 1, 0, MIB));
	sink_tty_tick(s, 10 * MS);
	struct event w = { .kind = EVENT_WARNING };
	w.u.warning.text = "\033[5m!\033#8";
	send_all(&s, 1, w);
	play_simple(&s, 1, id, 0, OUTCOME_FAILED, "\033[9;9Hdetail\n", NULL, MS, MIB);
	close_ok(s);

	char *text = read_memory(o.fd);
	assert_non_null(strstr(text, "evil\\x1b[2J\\r\\n\\x9b31m\\u{202e}\\x7f"));
	for (char *c = text; *c; c++) {
		/* the area's own: CR, up, clear to the end */
		if (*c == '\033')
			assert_true(c[1] == '[' && (c[2] == 'K' || c[2] == 'J' || c[3] == 'A'));
		else
			assert_true(*c == '\n' || *c == '\r' || (unsigned char)*c >= 0x20);
		assert_true(*c != '\r' || c[1] == '\033' || c[1] == '[');
		assert_true(*c != 0x7f);
	}
	free(text);
	close(o.fd);
}

static void only_the_last_20_lines_of_a_long_output_are_shown(void **state)
{
	struct place *p = *state;
	struct tty_options o = { 0 };
	struct sink *s = open_tty(&o);
	struct buf b = BUF_INIT;

	for (int i = 1; i <= 5000; i++)
		buf_addf(&b, "line %d\r\n", i);
	place_write(p, "output/1.1", b.data, b.len);
	buf_free(&b);
	send_all(&s, 1, run_started(p, 1));
	play_simple(&s, 1, "t", 0, OUTCOME_FAILED, NULL, "output/1.1", MS, MIB);
	close_ok(s);
	char *text = read_memory(o.fd);
	assert_null(strstr(text, "line 4980\n"));
	assert_non_null(strstr(text, "  | line 4981\n"));
	assert_non_null(strstr(text, "  | line 5000\n  whole output: "));
	free(text);
	close(o.fd);
}

static void a_run_that_did_not_end_counts_the_rest_as_not_run(void **state)
{
	struct place *p = *state;
	struct tty_options o = { 0 };
	struct sink *s = open_tty(&o);
	struct event stop = { .kind = EVENT_INTERRUPTED, .u.interrupted.signal = 2 };

	send_all(&s, 1, run_started(p, 5));
	play_simple(&s, 1, "t", 0, OUTCOME_PASSED, NULL, NULL, MS, MIB);
	send_all(&s, 1, stop);
	close_ok(s);
	char *text = read_memory(o.fd);
	assert_non_null(strstr(text, "SIGINT: ending what runs\n"));
	assert_non_null(strstr(text, "interrupted by SIGINT\nthe run did not end"));
	assert_non_null(strstr(text, "\n1 passed, 0 failed, 0 skipped, 4 not run\n"));
	free(text);
	close(o.fd);
}

static void nothing_is_said_of_a_run_that_never_began(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .live = true };
	struct sink *s = open_tty(&o);

	sink_tty_tick(s, MS);
	close_ok(s);
	assert_written(&o, p, "");
	close(o.fd);
}

static void a_terminal_that_goes_away_is_told_at_the_end_only(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .fd = open("/dev/full", O_WRONLY | O_CLOEXEC) };
	struct sink *s = NULL;
	struct iso_err err = ISO_ERR_INIT;

	assert_int_equal(sink_tty_open(&o, &s, NULL), 0);
	play_run(p, &s, 1);
	assert_int_equal(s->driver->close(s, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "No space left"));
	close(o.fd);
}

/* The kernel hands on what was written in pieces: reads until `end` came last. */
static void read_until(int fd, char *text, size_t size, const char *end)
{
	size_t len = 0;

	for (;;) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };

		assert_int_equal(poll(&ready, 1, 10000), 1);
		ssize_t n = read(fd, text + len, size - 1 - len);
		assert_true(n > 0);
		len += (size_t)n;
		text[len] = '\0';
		if (len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0)
			return;
	}
}

static void after_the_window_shrank_the_whole_wrapped_area_is_redrawn(void **state)
{
	struct place *p = *state;
	struct tty_options o = { .live = true, .columns = 0, .rows = 24 };
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	struct sink *s = NULL;
	char text[8192];

	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	o.fd = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(o.fd >= 0);
	assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
	assert_int_equal(sink_tty_open(&o, &s, NULL), 0);
	play_start(p, s);
	sink_tty_tick(s, 1500 * MS);
	read_until(master, text, sizeof(text), "fits.py\033[K\033[J");

	/* 54, 31, 40 and 79 columns wrap into 2, 1, 1 and 2 rows of 50. */
	size.ws_col = 50;
	assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
	sink_tty_tick(s, 1600 * MS);
	read_until(master, text, sizeof(text), "fits.py\033[K\033[J");
	assert_memory_equal(text, "\r\033[5A\033[J[  0/206] ", 18);
	s->driver->close(s, NULL);
	close(o.fd);
	close(master);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(plain_lines_tell_the_whole_run_and_move_nothing),
		IN_PLACE(quiet_leaves_only_failures_and_the_summary),
		IN_PLACE(colours_come_only_when_asked_for),
		IN_PLACE(a_log_replayed_into_plain_lines_gives_the_same_text),
		IN_PLACE(the_live_area_at_80_columns),
		IN_PLACE(the_live_area_at_40_columns),
		IN_PLACE(the_area_takes_half_the_rows_and_counts_the_rest),
		IN_PLACE(a_window_without_room_shows_no_area),
		IN_PLACE(live_mode_ends_with_the_same_summary_and_no_area),
		IN_PLACE(verbose_live_mode_names_what_passed),
		IN_PLACE(verbose_shows_what_each_attempt_wrote),
		IN_PLACE(a_test_cannot_drive_the_terminal_by_its_name_or_its_words),
		IN_PLACE(only_the_last_20_lines_of_a_long_output_are_shown),
		IN_PLACE(a_run_that_did_not_end_counts_the_rest_as_not_run),
		IN_PLACE(nothing_is_said_of_a_run_that_never_began),
		IN_PLACE(a_terminal_that_goes_away_is_told_at_the_end_only),
		IN_PLACE(after_the_window_shrank_the_whole_wrapped_area_is_redrawn),
	};

	return cmocka_run_group_tests_name("report/tty", tests, NULL, NULL);
}
