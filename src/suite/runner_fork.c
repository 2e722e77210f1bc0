/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests that a fork server makes:
 *
 *   engine: the sandbox stands, `ready` --order, loan--> server forks into it
 *           adopt, its test runs        <---- "forked"----
 *           its end is heard here as any other's
 *
 * A test whose server has ended runs by its own command, as on a host without
 * namespaces: slower, and to the same end.  Unless the server is who started
 * us: then there is nobody to run it for.
 */
#include "suite/runner_state.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "suite/forkserver.h"

struct run_server {
	struct runner *run;
	struct forkserver *connection;
	struct loop_watch *watch;
	struct loop_watch *end_watch;
	struct run_test **tests;  /* by the server's numbers; NULL: not chosen */
	size_t n;
	bool forks;               /* it has made one: no lack of namespaces keeps it from that */
	bool lost;
};

static struct run_server *server_of(const struct run_test *t)
{
	return t->test->server ? &t->run->servers[t->test->server - 1] : NULL;
}

bool run_fork_serves(const struct run_test *t)
{
	const struct run_server *s = server_of(t);

	return s && !s->lost;
}

bool run_fork_serves_chunks(const struct run_test *t)
{
	return run_fork_serves(t) && server_of(t)->forks;
}

static void refuse(struct run_test *t, const struct iso_err *why)
{
	t->unforked = true;
	attempt_refuse(t->handle, why);
}

static void add_number(struct json *numbers, const struct run_test *t)
{
	struct json *number = json_object();

	json_set_int(number, "test", (int64_t)t->test->server_number);
	json_set_int(number, "attempt", t->log.attempts + 1);
	json_add(numbers, number);
}

static int order(struct run_test *t, struct attempt *a, struct iso_err *err)
{
	struct run_test *const *members = t->chunk ? t->chunk->members : &t;
	const size_t n = t->chunk ? t->chunk->n : 1;
	struct json *words = json_object();
	struct json *numbers = json_array();
	struct sbx_loan loan;
	int r = attempt_lend(a, &loan, err);

	if (r == 0) {
		for (size_t i = 0; i < n; i++)
			add_number(numbers, members[i]);
		json_set(words, "fork", TAKE_PTR(numbers));
		json_set_int(words, "slot", t->slot);
		r = forkserver_send(server_of(t)->connection, words, &loan, err);
		close(loan.fds[0]);
	}
	json_free(numbers);
	json_free(words);
	return r;
}

void run_fork_order(struct attempt *a, void *arg)
{
	struct run_test *t = arg;
	struct iso_err why = ISO_ERR_INIT;

	/* It may have been ended meanwhile, by a signal to us. */
	if (t->handle != a)
		return;
	if (!run_fork_serves(t))
		iso_err_set(&why, ISO_ERR_HOST, 0, "its fork server has ended");
	else if (order(t, a, &why) == 0)
		t->ordered = true;
	if (!t->ordered)
		refuse(t, &why);
}

/* Whom a message is about; NULL: an attempt that is over. */
static struct run_test *meant(const struct run_server *s, const struct json *m)
{
	int64_t number;
	int64_t attempt;

	if (!json_get_int(m, "test", &number) || !json_get_int(m, "attempt", &attempt) ||
	    number < 0 || (uint64_t)number >= s->n)
		return NULL;
	struct run_test *t = s->tests[number];
	return t && attempt == t->log.attempts + 1 ? t : NULL;
}

/* Of one of several in a fork; whatever is not as good as can be is made again by itself. */
static void hear_outcome(struct run_test *t, const struct json *m)
{
	const char *outcome = json_get_str(m, "outcome");
	struct case_told told = {
		.outcome = str_eq(outcome, "passed") ? OUTCOME_PASSED
			   : str_eq(outcome, "skipped") ? OUTCOME_SKIPPED : OUTCOME_FAILED,
		.why = json_get_str(m, "why"),
	};

	(void)json_get_int(m, "wall_ns", &told.wall_ns);
	run_chunk_tell(t, &told);
}

static void hear(struct run_server *s, const struct json *m)
{
	struct run_test *t = meant(s, m);
	const char *fault = json_get_str(m, "error");
	struct iso_err why = ISO_ERR_INIT;
	int64_t pid;

	if (!t)
		return;
	if (json_is_yes(json_get(m, "finished"))) {
		t->finished = true;
		return;
	}
	if (json_get_str(m, "outcome")) {
		hear_outcome(t, m);
		return;
	}
	if (!t->active || !t->ordered)
		return;
	t->ordered = false;
	if (json_get_int(m, "pid", &pid) && pid > 0) {
		t->forked = s->forks = true;
		attempt_adopt(t->handle, (int)pid);
		return;
	}
	iso_err_set(&why, ISO_ERR_HOST, 0, "fork server: %.300s", fault ? fault : "no fork");
	refuse(t, &why);
}

static void lose(struct run_server *s, const struct iso_err *why)
{
	struct runner *r = s->run;

	s->lost = true;
	loop_remove_fd(r->config->loop, s->watch);
	loop_remove_fd(r->config->loop, s->end_watch);
	s->watch = s->end_watch = NULL;
	if (forkserver_is_client(s->connection)) {
		runner_interrupt(r, SIGHUP);
		return;
	}
	_cleanup_free_ char *words = forkserver_words(s->connection);
	_cleanup_buf_ struct buf text = BUF_INIT;

	buf_addf(&text, "%s: the tests that are left run in processes of their own%s%.400s",
		 why->text, words ? "; it said: " : "", words ? words : "");
	emit_warning(r, buf_str(&text));
	for (size_t i = 0; i < s->n; i++)
		if (s->tests[i] && s->tests[i]->active && s->tests[i]->ordered) {
			s->tests[i]->ordered = false;
			refuse(s->tests[i], why);
		}
}

static void hear_all(struct run_server *s)
{
	struct iso_err why = ISO_ERR_INIT;
	int r = 0;

	while (r == 0) {
		struct json *m = NULL;

		r = forkserver_receive(s->connection, 0, &m, &why);
		if (r == 0)
			hear(s, m);
		json_free(m);
	}
	if (r != -EAGAIN && !s->lost)
		lose(s, &why);
}

static void on_message(int fd, uint32_t events, void *arg)
{
	(void)fd;
	(void)events;
	hear_all(arg);
}

static void on_end(int fd, uint32_t events, void *arg)
{
	struct run_server *s = arg;
	struct iso_err why = ISO_ERR_INIT;

	(void)fd;
	(void)events;
	hear_all(s);
	if (!s->lost) {
		(void)forkserver_tell_end(s->connection, &why);
		lose(s, &why);
	}
}

bool run_fork_finished(struct run_test *t)
{
	struct run_server *s = server_of(t);

	if (!t->forked)
		return true;
	/* It said so before it ended, though we may have heard of its end first; it has the
	 * socket, too, and outlives its server. */
	if (!t->finished)
		hear_all(s);
	return t->finished;
}

static int open_server(struct run_server *s, struct runner *r, unsigned number)
{
	const struct run_config *c = r->config;

	s->run = r;
	s->connection = c->servers[number];
	for (size_t i = 0; i < r->n; i++)
		if (r->tests[i].test->server == number + 1 &&
		    r->tests[i].test->server_number >= s->n)
			s->n = r->tests[i].test->server_number + 1;
	s->tests = calloc(s->n + 1, sizeof(struct run_test *));
	if (!s->tests)
		return -ENOMEM;
	for (size_t i = 0; i < r->n; i++)
		if (r->tests[i].test->server == number + 1)
			s->tests[r->tests[i].test->server_number] = &r->tests[i];
	int rc = loop_add_fd(c->loop, forkserver_fd(s->connection), EPOLLIN, on_message, s,
			     &s->watch);
	if (rc == 0 && forkserver_end_fd(s->connection) >= 0)
		rc = loop_add_fd(c->loop, forkserver_end_fd(s->connection), EPOLLIN, on_end, s,
				 &s->end_watch);
	return rc;
}

int run_fork_open(struct runner *r)
{
	const struct run_config *c = r->config;
	int rc = 0;

	r->servers = c->n_servers ? calloc(c->n_servers, sizeof(*r->servers)) : NULL;
	if (c->n_servers && !r->servers)
		return -ENOMEM;
	for (unsigned i = 0; rc == 0 && i < c->n_servers; i++)
		rc = open_server(&r->servers[i], r, i);
	return rc;
}

void run_fork_fini(struct runner *r)
{
	for (unsigned i = 0; r->servers && i < r->config->n_servers; i++) {
		loop_remove_fd(r->config->loop, r->servers[i].watch);
		loop_remove_fd(r->config->loop, r->servers[i].end_watch);
		free(r->servers[i].tests);
	}
	free(r->servers);
}
