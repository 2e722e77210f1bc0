/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that reach the kernel or the machine.  Their arguments are such
 * that a call which is let in fails by itself, with another errno than that of
 * a refusal; so nothing is done, without a sandbox either. */
#include "escape.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static int perf(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK,
					.exclude_kernel = 1,
					.exclude_hv = 1 };

	return reached(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}

static int uring(void)
{
	char params[256] = "";

	return reached(syscall(SYS_io_uring_setup, 2, params));
}

static int fault_handler(void)
{
	return reached(syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* user mode only */));
}

static int change_personality(void)
{
	return reached(syscall(SYS_personality, ADDR_NO_RANDOMIZE));
}

/* The right is looked at before the value, which no clock takes. */
static int tune_clock(void)
{
	struct timex order = { .modes = ADJ_TICK, .tick = -1 };

	return reached(adjtimex(&order));
}

static int tune_clock_by_id(void)
{
	struct timex order = { .modes = ADJ_TICK, .tick = -1 };

	return reached(clock_adjtime(CLOCK_REALTIME, &order));
}

static int read_segments(void)
{
#ifdef SYS_modify_ldt
	return reached(syscall(SYS_modify_ldt, 0, NULL, 0));
#else
	return LACKS;
#endif
}

static int ask_for_handle(void)
{
	return reached(syscall(SYS_name_to_handle_at, -1, NULL, NULL, NULL, 0));
}

static int read_log(void)
{
	char text[64];

	return reached(syscall(SYS_syslog, 3, text, sizeof(text)));
}

static int search_keys(void)
{
	return reached(syscall(SYS_keyctl, 0 /* id of a ring */, -4 /* the user's */, 0));
}

static int add_key(void)
{
	return reached(
		syscall(SYS_add_key, "user", "isorun-escape", "x", 1UL, -1 /* own thread */));
}

static int request_key(void)
{
	return reached(syscall(SYS_request_key, "user", "isorun-escape", NULL, 0));
}

/* By the 32-bit entry, for which a filter needs rules of its own.  -errno, as
 * the kernel gives it. */
static long call_32_bit(unsigned nr, long first)
{
#ifdef __x86_64__
	long r;

	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "0"((long)nr), "b"(first), "c"(-4L), "d"(0L), "S"(0L), "D"(0L)
			 : "memory", "r8", "r9", "r10", "r11");
	return r;
#else
	(void)nr, (void)first;
	return -ENOSYS;
#endif
}

static int by_32_bit(unsigned nr, long first)
{
	/* getpid: a kernel without 32-bit calls may take it for another call. */
	if (call_32_bit(20, 0) != getpid())
		return LACKS;
	const long r = call_32_bit(nr, first);

	errno = r < 0 ? (int)-r : 0;
	return reached(r < 0 ? -1 : 0);
}

static int keys_by_32_bit(void)
{
	return by_32_bit(288, 0); /* keyctl */
}

static int mount_by_32_bit(void)
{
	return by_32_bit(21, 0);
}

static int user_namespace_by_32_bit(void)
{
	return by_32_bit(310, CLONE_NEWUSER); /* unshare */
}

/* The third set of numbers of x86-64, closed in most kernels. */
static int keys_by_x32(void)
{
#ifdef __x86_64__
	return reached(syscall(0x40000000 + SYS_keyctl, 0, -4, 0));
#else
	return LACKS;
#endif
}

#define CALL(title, where, text, nr, ...)                                                          \
	{                                                                                          \
		.name = title, .outside = where, .tries = text, .call = nr, .args = {              \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

static const struct escape rows[] = {
	CALL("init-module", ROOT, "loads a kernel module", SYS_init_module, 8, 8, 8),
	CALL("finit-module", ROOT, "loads a kernel module from a file", SYS_finit_module, -1, 8, 0),
	CALL("delete-module", ROOT, "removes a kernel module", SYS_delete_module, 8, O_NONBLOCK),
	CALL("kexec", ROOT, "starts another kernel", SYS_kexec_load, -1, -1, -1, -1),
	CALL("reboot", ROOT, "reboots", SYS_reboot, 1, 2, 3),
	CALL("swapon", ROOT, "swaps to a file", SYS_swapon, 8, 0),
	CALL("swapoff", ROOT, "takes swap away", SYS_swapoff, 8),
	CALL("quotactl", ROOT, "sets disk quotas", SYS_quotactl, 0x80000800, 8, 0, 8),
	CALL("settimeofday", ROOT, "sets the clock", SYS_settimeofday, 8, 0),
	CALL("clock-settime", ROOT, "sets the clock by clock_settime", SYS_clock_settime, 0, 8),
	CALL("acct", ROOT, "has processes accounted to a file", SYS_acct, 8),
	CALL("bpf", ROOT, "loads a program into the kernel", SYS_bpf, 5, 8, 8),
#ifdef SYS_iopl
	CALL("iopl", ROOT, "reaches all ports of the machine", SYS_iopl, 3),
	CALL("ioperm", ROOT, "reaches one port of the machine", SYS_ioperm, 0x80, 1, 1),
#endif
	CALL("fanotify", ROOT, "hears of all accesses to files", SYS_fanotify_init, 0, 0),
	CALL("lookup-dcookie", NOWHERE, "reads a path by a cookie of the profiler",
	     SYS_lookup_dcookie, 0, 8, 1),
	{ .name = "perf", .outside = ANYONE, .run = perf, .tries = "has the cpu's events counted" },
	{ .name = "io-uring",
	  .outside = ANYONE,
	  .run = uring,
	  .may = DEFAULT,
	  .why = "programs use it, and it does nothing that calls may not",
	  .tries = "has calls made by the kernel itself, past a filter" },
	{ .name = "userfaultfd",
	  .outside = ANYONE,
	  .run = fault_handler,
	  .may = DEFAULT,
	  .why = "it reaches nothing outside; exploits use it",
	  .tries = "handles page faults, to stop the kernel half-way" },
	{ .name = "personality",
	  .outside = ANYONE,
	  .run = change_personality,
	  .may = DEFAULT | STRICT,
	  .why = "debuggers use it, and the addresses are its own",
	  .tries = "takes the randomness out of its addresses" },
	{ .name = "adjtimex", .outside = ROOT, .run = tune_clock, .tries = "tunes the clock" },
	{ .name = "clock-adjtime",
	  .outside = ROOT,
	  .run = tune_clock_by_id,
	  .tries = "the same by clock_adjtime" },
	{ .name = "modify-ldt",
	  .outside = ANYONE,
	  .run = read_segments,
	  .may = DEFAULT,
	  .why = "old 32-bit programs use it",
	  .tries = "reaches its segments" },
	{ .name = "name-to-handle",
	  .outside = ANYONE,
	  .run = ask_for_handle,
	  .may = DEFAULT | STRICT,
	  .why = "it only names; to open by a handle is refused",
	  .tries = "asks for the handle of a file" },
	{ .name = "syslog", .outside = ROOT, .run = read_log, .tries = "reads the kernel's log" },
	{ .name = "keyctl",
	  .outside = ANYONE,
	  .run = search_keys,
	  .tries = "looks at the user's keys, for which there is no namespace" },
	{ .name = "add-key", .outside = ANYONE, .run = add_key, .tries = "adds a key" },
	{ .name = "request-key",
	  .outside = ANYONE,
	  .run = request_key,
	  .tries = "has the kernel start a program outside, for a key" },
	{ .name = "keyctl-32-bit",
	  .outside = ANYONE,
	  .run = keys_by_32_bit,
	  .tries = "looks at the user's keys by a 32-bit call" },
	{ .name = "mount-32-bit",
	  .outside = APART,
	  .run = mount_by_32_bit,
	  .tries = "mounts by a 32-bit call" },
	{ .name = "unshare-user-32-bit",
	  .outside = ANYONE,
	  .run = user_namespace_by_32_bit,
	  .tries = "makes a user namespace by a 32-bit call" },
	{ .name = "keyctl-x32",
	  .outside = NOWHERE,
	  .run = keys_by_x32,
	  .tries = "looks at the user's keys by an x32 call" },
};
TABLE(escape_calls, rows);
