/* SPDX-License-Identifier: Apache-2.0 */
/* Policies from their files to the answers that the compiled filter gives. */
#include "sandbox/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"
#include "sandbox/child.h"

enum { ALLOWED = 0 };

/* Numbers of calls that differ between the architectures. */
enum {
	X86_64_READ = 0, X86_64_IOCTL = 16, X86_64_SOCKET = 41, X86_64_CLONE = 56,
	X86_64_MOUNT = 165, X86_64_KEYCTL = 250, X86_64_PRLIMIT64 = 302,
	I386_MOUNT = 21, I386_IOCTL = 54, I386_READ = 3,
	ARM64_READ = 63, ARM64_IOCTL = 29, ARM64_CLONE = 220, ARM64_MOUNT = 40,
	ARM64_SOCKET = 198, ARM64_PRLIMIT64 = 261,
	CLONE3 = 435, IO_URING_SETUP = 425, X32 = 0x40000000,
};

struct place {
	char dir[64];
	struct buf bpf;
	char text[512]; /* of the last fault */
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/isorun-test-seccomp-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	buf_free(&p->bpf);
	assert_int_equal(fs_remove_tree_at(AT_FDCWD, p->dir), 0);
	free(p);
	return 0;
}

static void write_policy(struct place *p, const char *name, const char *text)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/seccomp", p->dir);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof(path), "%s/seccomp/%s.ini", p->dir, name);
	assert_int_equal(fs_replace_at(AT_FDCWD, path, text, strlen(text), 0600), 0);
}

static int compile(struct place *p, const char *name, uint32_t arch)
{
	char *dirs[] = { p->dir, (char *)"profiles", NULL };
	struct policy *policy = NULL;
	struct iso_err err = ISO_ERR_INIT;

	buf_clear(&p->bpf);
	int r = policy_load(name, dirs, &policy, NULL, &err);
	if (r == 0)
		r = seccomp_compile(policy, arch, &p->bpf, &err);
	policy_free(policy);
	(void)snprintf(p->text, sizeof(p->text), "%s", err.text);
	return r;
}

static void compiled(struct place *p, const char *name, uint32_t arch)
{
	if (compile(p, name, arch) < 0)
		fail_msg("%s", p->text);
}

/* The errno that a call is answered with, 0 where it is allowed. */
static int answer_all(const struct place *p, uint32_t arch, int nr, const uint64_t args[6])
{
	struct seccomp_data data = { .nr = nr, .arch = arch };
	unsigned looked;

	memcpy(data.args, args, sizeof(data.args));
	const uint32_t r = child_filter_eval((const void *)p->bpf.data,
					     p->bpf.len / sizeof(struct sock_filter), &data,
					     &looked);
	if (r == SECCOMP_RET_ALLOW)
		return ALLOWED;
	assert_int_equal(r & SECCOMP_RET_ACTION_FULL, SECCOMP_RET_ERRNO);
	return (int)(r & SECCOMP_RET_DATA);
}

static int answer(const struct place *p, uint32_t arch, int nr, uint64_t a, uint64_t b, uint64_t c)
{
	return answer_all(p, arch, nr, (const uint64_t[6]){ a, b, c });
}

static void the_default_policy_allows_all_but_what_reaches_outside(void **state)
{
	struct place *p = *state;
	const uint32_t arch = AUDIT_ARCH_X86_64;

	compiled(p, "default", arch);
	assert_int_equal(answer(p, arch, X86_64_READ, 0, 0, 0), ALLOWED);
	assert_int_equal(answer(p, arch, 900, 0, 0, 0), ALLOWED);
	assert_int_equal(answer(p, arch, X86_64_MOUNT, 0, 0, 0), EPERM);
	assert_int_equal(answer(p, arch, X86_64_KEYCTL, 0, 0, 0), EPERM);
	assert_int_equal(answer(p, arch, CLONE3, 0, 0, 0), ENOSYS);
	assert_int_equal(answer(p, arch, X86_64_CLONE, SIGCHLD, 0, 0), ALLOWED);
	assert_int_equal(answer(p, arch, X86_64_CLONE, CLONE_NEWUSER | SIGCHLD, 0, 0), EPERM);
	assert_int_equal(answer(p, arch, X86_64_PRLIMIT64, 1, 0, 0), EPERM);
	assert_int_equal(answer(p, arch, X86_64_PRLIMIT64, 0, 0, 0), ALLOWED);
}

static void high_bits_of_an_int_do_not_hide_it(void **state)
{
	struct place *p = *state;
	const uint64_t high = UINT64_C(0xdead) << 32;

	for (int i = 0; i < 2; i++) {
		compiled(p, i ? "strict" : "default", AUDIT_ARCH_X86_64);
		assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_IOCTL, 0, TIOCSTI, 0), EPERM);
		assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_IOCTL, 0, TIOCSTI | high, 0),
				 EPERM);
		assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_IOCTL, 0, TIOCLINUX | high,
					0), EPERM);
		assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_IOCTL, 0, TIOCGWINSZ, 0),
				 ALLOWED);
		assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_PRLIMIT64, 1 | high, 0, 0),
				 EPERM);
	}
}

static void the_32_bit_sibling_has_the_rules_of_default_and_is_closed_by_strict(void **state)
{
	struct place *p = *state;

	compiled(p, "default", AUDIT_ARCH_X86_64);
	assert_int_equal(answer(p, AUDIT_ARCH_I386, I386_READ, 0, 0, 0), ALLOWED);
	assert_int_equal(answer(p, AUDIT_ARCH_I386, I386_MOUNT, 0, 0, 0), EPERM);
	assert_int_equal(answer(p, AUDIT_ARCH_I386, I386_IOCTL, 0, TIOCSTI, 0), EPERM);
	compiled(p, "strict", AUDIT_ARCH_X86_64);
	for (int nr = 0; nr < 1024; nr++)
		assert_int_equal(answer(p, AUDIT_ARCH_I386, nr, 0, 0, 0), ENOSYS);
}

static void x32_and_unknown_architectures_are_closed(void **state)
{
	struct place *p = *state;

	for (int i = 0; i < 2; i++) {
		compiled(p, i ? "strict" : "default", AUDIT_ARCH_X86_64);
		for (int nr = 0; nr < 1024; nr++) {
			assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X32 | nr, 0, 0, 0), ENOSYS);
			assert_int_equal(answer(p, AUDIT_ARCH_PPC64LE, nr, 0, 0, 0), ENOSYS);
		}
	}
}

static void strict_allows_only_what_it_names(void **state)
{
	struct place *p = *state;
	const uint32_t arch = AUDIT_ARCH_X86_64;

	compiled(p, "strict", arch);
	assert_int_equal(answer(p, arch, X86_64_READ, 0, 0, 0), ALLOWED);
	assert_int_equal(answer(p, arch, X86_64_MOUNT, 0, 0, 0), EPERM);
	assert_int_equal(answer(p, arch, IO_URING_SETUP, 0, 0, 0), ENOSYS);
	assert_int_equal(answer(p, arch, 900, 0, 0, 0), ENOSYS);
	assert_int_equal(answer(p, arch, X86_64_SOCKET, AF_INET, 0, 0), ALLOWED);
	assert_int_equal(answer(p, arch, X86_64_SOCKET, AF_NETLINK, 0, 0), ALLOWED);
	assert_int_equal(answer(p, arch, X86_64_SOCKET, AF_NETLINK, 0, 12), EAFNOSUPPORT);
	assert_int_equal(answer(p, arch, X86_64_SOCKET, AF_VSOCK, 0, 0), EAFNOSUPPORT);
	for (int bit = 8; bit < 32; bit++) {
		const uint64_t ns = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
				    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
		const uint64_t flag = UINT64_C(1) << bit;
		assert_int_equal(answer(p, arch, X86_64_CLONE, flag | SIGCHLD, 0, 0),
				 ns & flag ? EPERM : ALLOWED);
	}
}

static void arm64_has_its_own_numbers(void **state)
{
	struct place *p = *state;
	const uint32_t arch = AUDIT_ARCH_AARCH64;

	compiled(p, "default", arch);
	assert_int_equal(answer(p, arch, ARM64_READ, 0, 0, 0), ALLOWED);
	assert_int_equal(answer(p, arch, ARM64_MOUNT, 0, 0, 0), EPERM);
	assert_int_equal(answer(p, AUDIT_ARCH_ARM, I386_MOUNT, 0, 0, 0), EPERM);
	assert_int_equal(answer(p, AUDIT_ARCH_ARM, 0xf0005, 0, 0, 0), ALLOWED);
	assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_READ, 0, 0, 0), ENOSYS);
	compiled(p, "strict", arch);
	assert_int_equal(answer(p, arch, ARM64_READ, 0, 0, 0), ALLOWED);
	assert_int_equal(answer(p, arch, ARM64_MOUNT, 0, 0, 0), EPERM);
	assert_int_equal(answer(p, arch, ARM64_IOCTL, 0, TIOCSTI, 0), EPERM);
	assert_int_equal(answer(p, arch, ARM64_CLONE, CLONE_NEWPID, 0, 0), EPERM);
	assert_int_equal(answer(p, arch, ARM64_SOCKET, AF_VSOCK, 0, 0), EAFNOSUPPORT);
	assert_int_equal(answer(p, arch, ARM64_PRLIMIT64, 1, 0, 0), EPERM);
	assert_int_equal(answer(p, AUDIT_ARCH_ARM, I386_READ, 0, 0, 0), ENOSYS);
}

/* What a condition says, by the plainest means. */
static bool holds(unsigned op, uint64_t a, uint64_t b)
{
	const bool all[] = { a == b, a != b, a < b, a <= b, a > b, a >= b };

	return all[op];
}

static void every_comparison_is_that_of_the_numbers(void **state)
{
	static const char *const ops[] = { "==", "!=", "<", "<=", ">", ">=" };
	static const uint64_t values[] = {
		0, 1, 2, 0x7fffffff, 0xffffffff, 0x100000000, 0x100000001, 0x1ffffffff,
		0x200000000, 0x7fffffffffffffff, 0xfffffffffffffffe, 0xffffffffffffffff,
	};
	struct place *p = *state;

	for (unsigned op = 0; op < ARRAY_SIZE(ops); op++)
		for (size_t v = 0; v < ARRAY_SIZE(values); v++) {
			char text[256];
			(void)snprintf(text, sizeof(text), "[policy]\ndefault = allow\n[refuse]\n"
				"read = arg3 %s 0x%llx\n", ops[op], (unsigned long long)values[v]);
			write_policy(p, "one", text);
			compiled(p, "one", AUDIT_ARCH_X86_64);
			for (size_t a = 0; a < ARRAY_SIZE(values); a++) {
				const uint64_t args[6] = { 0, 0, 0, values[a] };
				assert_int_equal(answer_all(p, AUDIT_ARCH_X86_64, X86_64_READ,
							    args),
						 holds(op, values[a], values[v]) ? EPERM : 0);
			}
		}
}

static void the_first_condition_that_holds_decides(void **state)
{
	struct place *p = *state;

	write_policy(p, "order", "[policy]\ndefault = ENOSYS\n"
		"[allow]\ncalls = execve exit_group rt_sigaction rt_sigprocmask ioctl\n"
		"ioctl = int0 == 7\n"
		"[refuse]\nioctl = int0 < 10 and int1 & 0xf0 == 0x10\n"
		"[refuse EIO]\nioctl = int0 < 10\n");
	compiled(p, "order", AUDIT_ARCH_X86_64);
	assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_IOCTL, 7, 0x10, 0), ALLOWED);
	assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_IOCTL, 8, 0x1f, 0), EPERM);
	assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_IOCTL, 8, 0x2f, 0), EIO);
	assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_IOCTL, 10, 0x10, 0), ALLOWED);
}

static void the_rules_of_a_file_come_before_those_it_inherits(void **state)
{
	struct place *p = *state;

	write_policy(p, "base", "[policy]\ndefault = allow\n[refuse]\ncalls = keyctl mount\n"
				"ioctl = int1 == 1\n");
	write_policy(p, "mine", "[policy]\ninherit = base\n[allow]\ncalls = keyctl\n"
				"[refuse EIO]\nioctl = int1 == 2\n");
	compiled(p, "mine", AUDIT_ARCH_X86_64);
	assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_KEYCTL, 0, 0, 0), ALLOWED);
	assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_MOUNT, 0, 0, 0), EPERM);
	assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_IOCTL, 0, 1, 0), EPERM);
	assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_IOCTL, 0, 2, 0), EIO);
	assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_IOCTL, 0, 3, 0), ALLOWED);
	/* Its own name means the next one. */
	write_policy(p, "default", "[policy]\ninherit = default\n[allow]\ncalls = keyctl\n");
	compiled(p, "default", AUDIT_ARCH_X86_64);
	assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_KEYCTL, 0, 0, 0), ALLOWED);
	assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_MOUNT, 0, 0, 0), EPERM);
}

static void a_long_policy_jumps_far_enough(void **state)
{
	struct place *p = *state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	_cleanup_strv_ char **calls = NULL;

	/* A condition of 64 bits for every call there is: no jump reaches all. */
	assert_int_equal(seccomp_calls(&calls), 0);
	buf_adds(&b, "[policy]\ndefault = allow\n[refuse]\n");
	for (size_t i = 0; i < 300 && i < strv_len(calls); i++)
		if (!str_eq(calls[i], "execve") && !str_starts(calls[i], "rt_sig") &&
		    !str_eq(calls[i], "exit_group"))
			buf_addf(&b, "%s = arg2 == 0x1234567800000000\n", calls[i]);
	write_policy(p, "long", buf_str(&b));
	compiled(p, "long", AUDIT_ARCH_X86_64);
	const uint64_t hit = 0x1234567800000000;
	for (int nr = 0; nr < 600; nr++) {
		_cleanup_free_ char *name = seccomp_call_name(AUDIT_ARCH_X86_64, nr);
		const bool refused = name && strstr(buf_str(&b), name) && nr != 59 &&
				     !str_starts(name, "rt_sig");
		if (!name || str_eq(name, "exit_group") || str_eq(name, "exit"))
			continue;
		assert_int_equal(answer(p, AUDIT_ARCH_X86_64, nr, 0, 0, hit + 1), ALLOWED);
		if (!refused)
			assert_int_equal(answer(p, AUDIT_ARCH_X86_64, nr, 0, 0, hit), ALLOWED);
	}
	assert_int_equal(answer(p, AUDIT_ARCH_X86_64, X86_64_READ, 0, 0, hit), EPERM);
}

static void faults_name_the_line_and_the_cure(void **state)
{
	static const struct {
		const char *text;
		const char *words[3];
	} cases[] = {
		{ "[allow]\ncalls = raed\n", { "bad.ini:2", "is no system call", "'read'" } },
		{ "[allow]\nioctl = int1 = 3\n", { "bad.ini:2", "== != <" } },
		{ "[allow]\nioctl = int1 == TIOCSTY\n", { "bad.ini:2", "'TIOCSTI'" } },
		{ "[allow]\nioctl = int7 == 1\n", { "bad.ini:2", "from 0 to 5" } },
		{ "[allow]\nioctl = int1 == 0x100000000\n", { "bad.ini:2", "32 bits" } },
		{ "[allow]\nioctl = int1 & 0xf == 0x10\n", { "bad.ini:2", "never holds" } },
		{ "[allow]\nioctl = int1 == 1 or int1 == 2\n", { "bad.ini:2", "'and'" } },
		{ "[alow]\n", { "bad.ini:1", "no such section" } },
		{ "[refuse EPREM]\n", { "bad.ini:1", "errno" } },
		{ "[policy]\ndefault = maybe\n", { "bad.ini:2", "allow, refuse" } },
		{ "[policy]\nabi = x\n", { "bad.ini:2", "no such key" } },
		{ "[policy]\ninherit = defualt\n", { "bad.ini:2", "no such policy", "'default'" } },
		{ "[policy]\ninherit = bad\n", { "bad.ini:2", "no such policy" } },
		{ "[allow]\ncalls = read\n[refuse]\ncalls = read\n", { "bad.ini:4", "bad.ini:2" } },
		{ "[allow]\ncalls = read\n", { "neither 'inherit' nor 'default'" } },
		{ "[policy]\ndefault = refuse\n", { "'execve' must be allowed" } },
		{ "[policy]\ndefault = allow\n[refuse]\ncalls = execve\n",
		  { "bad.ini:4", "execve" } },
	};
	struct place *p = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		write_policy(p, "bad", cases[i].text);
		assert_true(compile(p, "bad", AUDIT_ARCH_X86_64) < 0);
		for (size_t k = 0; k < ARRAY_SIZE(cases[i].words) && cases[i].words[k]; k++)
			if (!strstr(p->text, cases[i].words[k]))
				fail_msg("no '%s' in: %s", cases[i].words[k], p->text);
	}
}

static void circles_are_named(void **state)
{
	struct place *p = *state;

	write_policy(p, "a", "[policy]\ninherit = b\n");
	write_policy(p, "b", "[policy]\ninherit = a\n");
	assert_true(compile(p, "a", AUDIT_ARCH_X86_64) < 0);
	assert_non_null(strstr(p->text, "circle"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_default_policy_allows_all_but_what_reaches_outside),
		TEST(high_bits_of_an_int_do_not_hide_it),
		TEST(the_32_bit_sibling_has_the_rules_of_default_and_is_closed_by_strict),
		TEST(x32_and_unknown_architectures_are_closed),
		TEST(strict_allows_only_what_it_names),
		TEST(arm64_has_its_own_numbers),
		TEST(every_comparison_is_that_of_the_numbers),
		TEST(the_first_condition_that_holds_decides),
		TEST(the_rules_of_a_file_come_before_those_it_inherits),
		TEST(a_long_policy_jumps_far_enough),
		TEST(faults_name_the_line_and_the_cure),
		TEST(circles_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
