/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/nat.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"
#include "sandbox/child.h"
#include "sandbox/plan.h"

/* Addresses in the sandbox, not the host's: so the host is reached by its own
 * ones as any other machine is, while what listens on the host's loopback only
 * stays out of reach. */
#define NAT_ADDRESS "10.254.254.2"
#define NAT_GATEWAY "10.254.254.1"
#define NAT_RESOLVER "10.254.254.53"
#define NAT_ADDRESS6 "fd69:736f:7275:6e::2"
#define NAT_GATEWAY6 "fe80::1"

int nat_find(const char **ret_pasta, struct iso_err *err)
{
	/* Not by PATH: it may be the test's, and this runs outside of its sandbox. */
	static const char *const places[] = {
		"/usr/local/bin/pasta", "/usr/bin/pasta", "/bin/pasta",
	};
	static const char tun[] = "/dev/net/tun";
	const char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(places) && !found; i++)
		if (access(places[i], X_OK) == 0)
			found = places[i];
	if (!found) {
		iso_err_set(err, ISO_ERR_HOST, 0, "network nat: pasta is not installed");
		iso_err_hint(err, "install the package passt, or use --net loopback");
		return -ENOENT;
	}
	if (access(tun, R_OK | W_OK) < 0) {
		int code = iso_err_set(err, ISO_ERR_HOST, errno, "network nat: '%s'", tun);
		if (code == -ENOENT)
			iso_err_hint(err, "modprobe tun; a container is given it by --device %s",
				     tun);
		else
			iso_err_hint(err, "chmod 0666 %s: it gives no right over the host's "
					  "network", tun);
		return code;
	}
	*ret_pasta = found;
	return 0;
}

/* Only the first is asked as long as it answers, resolv.conf(5). */
static bool is_local_resolver(const char *conf)
{
	const char *at = str_starts(conf, "nameserver") ? conf : strstr(conf, "\nnameserver");

	if (!at)
		return false;
	at += strcspn(at, " \t");
	at += strspn(at, " \t");
	return str_starts(at, "127.") || str_starts(at, "::1");
}

/* A name server on the host's loopback is out of reach: pasta stands in for it.
 * Any other is asked as the host asks it. */
static void plan_resolver(struct sbx_plan *p)
{
	enum { CONF_MAX = 1 << 16 };
	_cleanup_free_ char *conf = NULL;
	_cleanup_buf_ struct buf b = BUF_INIT;
	size_t len;

	if (fs_read_at(AT_FDCWD, "/etc/resolv.conf", CONF_MAX, &conf, &len) < 0 ||
	    !is_local_resolver(conf))
		return;
	buf_adds(&b, "nameserver " NAT_RESOLVER "\n");
	for (char *rest = conf, *line; (line = strsep(&rest, "\n"));)
		if (*line && !str_starts(line, "nameserver"))
			buf_addf(&b, "%s\n", line);
	p->resolv_conf = plan_str(p, buf_str(&b));
}

int plan_nat(struct sbx_plan *p, struct iso_err *err)
{
	/* Standard input is the network namespace and standard output where init
	 * hears that it is up: --pid is written when all is set.  Other descriptors
	 * newer versions close, and the namespace's own path they may not open. */
	static const char *const fixed[] = {
		"--netns", "/proc/self/fd/0", "--netns-only", "--no-netns-quit",
		"--pid", "/proc/self/fd/1", "--foreground", "--quiet",
		"--config-net", "--ns-ifname", "eth0",
		"--address", NAT_ADDRESS, "--netmask", "24", "--gateway", NAT_GATEWAY,
		"--address", NAT_ADDRESS6, "--gateway", NAT_GATEWAY6, "--no-map-gw",
		"--tcp-ports", "none", "--udp-ports", "none",
		"--tcp-ns", "none", "--udp-ns", "none",
	};
	enum { MORE = 6 };
	const char *pasta;
	int r = nat_find(&pasta, err);
	if (r < 0)
		return r;
	const char **argv = arena_alloc(p->arena, (ARRAY_SIZE(fixed) + MORE) * sizeof(*argv));
	if (!argv)
		return iso_err_set(err, ISO_ERR_HOST, ENOMEM, "network nat");
	size_t n = 0;
	argv[n++] = pasta;
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		argv[n++] = fixed[i];
	/* As root it would become nobody before it has opened the namespace's
	 * device.  It gives up its capabilities all the same. */
	if (geteuid() == 0 && !p->job.own_user_ns) {
		argv[n++] = "--runas";
		argv[n++] = "0";
	}
	/* With it the replies of the host's resolver seem to come from this
	 * address, whatever address was asked. */
	plan_resolver(p);
	if (p->resolv_conf) {
		argv[n++] = "--dns-forward";
		argv[n++] = NAT_RESOLVER;
	}
	argv[n] = NULL;
	p->nat_argv = (char *const *)(uintptr_t)argv;
	return 0;
}

void plan_nat_step(struct sbx_plan *p)
{
	struct sbx_step *s = plan_init_step(p, SBX_NAT);

	s->fd = plan_take_fd(p);
	s->flags = (unsigned long)plan_take_fd(p);
}

static int open_pipe(int ends[2], int flags)
{
	return pipe2(ends, O_CLOEXEC | flags) < 0 ? -errno : 0;
}

int nat_open(struct nat *n, struct iso_err *err)
{
	int r = open_pipe(n->tell, 0);

	if (r == 0)
		r = open_pipe(n->hear, 0);
	/* Nobody reads it while all goes well: what is too much gets lost. */
	if (r == 0)
		r = open_pipe(n->words, O_NONBLOCK);
	return r < 0 ? iso_err_set(err, ISO_ERR_HOST, r, "pipe") : 0;
}

static int compare_fds(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int nat_start(struct nat *n, char *const *argv, pid_t init, bool user_ns, struct iso_err *err)
{
	char net_path[40];
	char user_path[40];
	sigset_t all;
	sigset_t old;

	snprintf(net_path, sizeof(net_path), "/proc/%d/ns/net", (int)init);
	snprintf(user_path, sizeof(user_path), "/proc/%d/ns/user", (int)init);
	struct nat_job job = {
		.argv = argv,
		.net_path = net_path,
		.user_path = user_ns ? user_path : NULL,
		.tell_fd = n->tell[0],
		.hear_fd = n->hear[1],
		.words_fd = n->words[1],
		.keep_fds = { n->tell[0], n->hear[1], n->words[1] },
	};
	qsort(job.keep_fds, ARRAY_SIZE(job.keep_fds), sizeof(job.keep_fds[0]), compare_fds);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	/* Raw: the C library's fork runs the handlers of a threaded host program. */
	struct clone_args args = { .exit_signal = SIGCHLD };
	long pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		child_nat_main(&job);
	int code = pid < 0 ? errno : 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (code)
		return iso_err_set(err, ISO_ERR_HOST, code, "network nat: start its keeper");
	n->pid = (pid_t)pid;
	return 0;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void nat_let_go(struct nat *n)
{
	close_end(&n->tell[0]);
	close_end(&n->tell[1]);
	close_end(&n->hear[0]);
	close_end(&n->hear[1]);
	close_end(&n->words[1]);
}

void nat_explain(const struct nat *n, struct iso_err *err)
{
	char text[4096];
	const char *last = NULL;
	ssize_t len = n->words[0] < 0 ? -1 : read(n->words[0], text, sizeof(text) - 1);

	if (len <= 0)
		return;
	text[len] = '\0';
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		/* Of each line, where no system logger runs. */
		if (*line && !str_starts(line, "Failed to send"))
			last = line;
	if (!last)
		return;
	iso_err_set(err, ISO_ERR_HOST, 0, "network nat: pasta: %.300s", last);
	if (strstr(last, "interface"))
		iso_err_hint(err, "nat goes where this host's default route goes, and it has none");
}

bool nat_close(struct nat *n)
{
	int status = 0;

	nat_let_go(n);
	close_end(&n->words[0]);
	if (n->pid)
		while (waitpid(n->pid, &status, 0) < 0 && errno == EINTR)
			;
	n->pid = 0;
	return !WIFEXITED(status) || WEXITSTATUS(status) != CHILD_NAT_LOST;
}
