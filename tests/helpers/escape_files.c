/* SPDX-License-Identifier: Apache-2.0 */
/* Files and devices of the host. */
#include "escape.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

bool open_secret_below(int dir_fd)
{
	return got_secret(openat(dir_fd, scene_path("secret") + 1, O_RDONLY | O_CLOEXEC)) ==
	       ESCAPED;
}

static int read_tmp(void)
{
	return got_secret(open(scene_path("secret"), O_RDONLY | O_CLOEXEC));
}

static int overwrite_tmp(void)
{
	return got_open(scene_path("secret"), O_WRONLY);
}

static int read_shm(void)
{
	char path[128];

	snprintf(path, sizeof(path), "/dev/shm%s", scene("name"));
	return got_secret(open(path, O_RDONLY | O_CLOEXEC));
}

static int walk_up(void)
{
	int dir = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (int i = 0; i < 64 && dir >= 0; i++) {
		int up = openat(dir, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(dir);
		dir = up;
	}
	return open_secret_below(dir) ? ESCAPED : ENOENT;
}

static int make_beside(void)
{
	return got(open("../beside/made", O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
}

static int append_beside(void)
{
	return got(open("../beside/kept", O_APPEND | O_WRONLY | O_CLOEXEC));
}

/* The workspace: what is done there is looked for outside. */
static int unlink_precious(void)
{
	unlink("precious");
	return 0;
}

static int overwrite_precious(void)
{
	(void)truncate("precious", 0);
	return 0;
}

static int plant_link(void)
{
	(void)!symlink("/etc/passwd", scene_path("planted"));
	(void)!symlink("/etc/passwd", "/tmp/isorun-escape-planted");
	(void)unlink(scene_path("secret"));
	return access("/tmp/isorun-escape-planted", F_OK);
}

static int read_shadow(void)
{
	return got_open("/etc/shadow", O_RDONLY);
}

static int read_home(void)
{
	static const char *const names[] = { "/root/.bashrc", "/root/.profile" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (got_open(names[i], O_RDONLY) == ESCAPED)
			return ESCAPED;
	return errno == ENOENT ? LACKS : errno;
}

static int read_others_file(void)
{
	struct stat st;

	/* Root's, and nobody else's. */
	if (stat("/etc/gshadow-", &st) < 0 && stat("/etc/gshadow", &st) < 0)
		return LACKS;
	return got_open("/etc/gshadow", O_RDONLY);
}

static int break_chroot(void)
{
	int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)mkdir("cage", 0755);
	if (chroot("cage") < 0 || fchdir(here) < 0)
		return errno;
	for (int i = 0; i < 64; i++)
		if (chdir("..") < 0)
			return errno;
	if (chroot(".") < 0)
		return errno;
	return open_secret_below(AT_FDCWD) ? ESCAPED : ENOENT;
}

/* The driver leaves 5 open on the secret, and 6 on its directory. */
static int leaked_file(void)
{
	return got_secret(dup(5));
}

static int leaked_dir(void)
{
	return got_secret(openat(6, "secret", O_RDONLY | O_CLOEXEC));
}

static int leaked_cwd(void)
{
	/* /proc/self/fd/N of the launcher's, as a working directory. */
	for (int fd = 3; fd < 64; fd++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/self/fd/%d/secret", fd);
		if (got_secret(open(path, O_RDONLY | O_CLOEXEC)) == ESCAPED)
			return ESCAPED;
	}
	return ENOENT;
}

/* Standard output is a file of the host's disk, in a suite the only one that a
 * strict test may write to: the limit on it is looked at ten times a second. */
static int fill_disk_at_once(void)
{
	struct stat st;
	int r = got(fallocate(STDOUT_FILENO, FALLOC_FL_KEEP_SIZE, 0, 16 << 20));

	if (fstat(STDOUT_FILENO, &st) == 0)
		(void)!ftruncate(STDOUT_FILENO, st.st_size);
	return r;
}

/* Some block device of the host's, by its name in /proc/partitions. */
static int open_disk(int flags)
{
	char line[128];
	char name[64];
	int r = LACKS;
	FILE *f = fopen("/proc/partitions", "re");

	while (f && r != ESCAPED && fgets(line, sizeof(line), f)) {
		char path[80];

		if (sscanf(line, "%*u %*u %*u %63s", name) != 1)
			continue;
		snprintf(path, sizeof(path), "/dev/%s", name);
		r = got_open(path, flags);
	}
	if (f)
		fclose(f);
	return r;
}

static int read_disk(void)
{
	return open_disk(O_RDONLY);
}

static int write_disk(void)
{
	return open_disk(O_WRONLY);
}

static int make_node(mode_t kind, dev_t dev)
{
	(void)unlink("node");
	if (mknod("node", kind | 0600, dev) < 0)
		return errno;
	int r = got_open("node", O_RDONLY);
	(void)unlink("node");
	return r;
}

static int make_zero(void)
{
	return make_node(S_IFCHR, makedev(1, 5));
}

static int make_zero_in_tmp(void)
{
	return chdir("/tmp") < 0 ? errno : make_zero();
}

static int make_disk(void)
{
	char line[128];
	unsigned major, minor;
	int r = LACKS;
	FILE *f = fopen("/proc/partitions", "re");

	while (f && r != ESCAPED && fgets(line, sizeof(line), f))
		if (sscanf(line, "%u %u", &major, &minor) == 2)
			r = make_node(S_IFBLK, makedev(major, minor));
	if (f)
		fclose(f);
	return r;
}

static int read_mem(void)
{
	return access("/dev/mem", F_OK) < 0 ? LACKS : got_open("/dev/mem", O_RDONLY);
}

static int write_kmsg(void)
{
	return access("/dev/kmsg", F_OK) < 0 ? LACKS : got_open("/dev/kmsg", O_WRONLY);
}

static int read_kmsg(void)
{
	return access("/dev/kmsg", F_OK) < 0 ? LACKS : got_open("/dev/kmsg", O_RDONLY);
}

static int open_kvm(void)
{
	/* Opening it does nothing here; some machines hang when it is used. */
	return access("/dev/kvm", F_OK) < 0 ? LACKS : got(open("/dev/kvm", O_RDWR | O_CLOEXEC));
}

static int open_tun(void)
{
	return access("/dev/net/tun", F_OK) < 0 ? LACKS
						: got(open("/dev/net/tun", O_RDWR | O_CLOEXEC));
}

static int open_fuse(void)
{
	return access("/dev/fuse", F_OK) < 0 ? LACKS : got(open("/dev/fuse", O_RDWR | O_CLOEXEC));
}

static int open_loop(void)
{
	return access("/dev/loop-control", F_OK) < 0
		       ? LACKS
		       : got(open("/dev/loop-control", O_RDWR | O_CLOEXEC));
}

/* The terminal whose other end a shell outside would read: made here, so that
 * nothing is typed anywhere. */
static int type_by(unsigned long request)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return errno;
	/* With setsid a terminal that is opened becomes the controlling one. */
	(void)setsid();
	int slave = open(ptsname(master), O_RDWR | O_CLOEXEC);
	char byte = 'x';

	return slave < 0 ? errno : reached(ioctl(slave, request, &byte));
}

static int in_child_tiocsti(void)
{
	return type_by(TIOCSTI);
}

static int in_child_tiocsti_high(void)
{
	return type_by(TIOCSTI | 0x5a5a5a5aUL << 32);
}

static int in_child_tioclinux(void)
{
	return type_by(TIOCLINUX);
}

static int in_child_tioclinux_high(void)
{
	return type_by(TIOCLINUX | 1UL << 63);
}

static int in_child_tioccons(void)
{
	return type_by(TIOCCONS | 1UL << 32);
}

static int tiocsti(void)
{
	return status_of_child(in_child_tiocsti);
}

static int tiocsti_high(void)
{
	return status_of_child(in_child_tiocsti_high);
}

static int tioclinux(void)
{
	return status_of_child(in_child_tioclinux);
}

static int tioclinux_high(void)
{
	return status_of_child(in_child_tioclinux_high);
}

static int tioccons(void)
{
	return status_of_child(in_child_tioccons);
}

#define SHARED	"the files outside of the private directories are the host's"
#define DEVICES "the host's devices are shared; who may open them outside may do so here"

static const struct escape rows[] = {
	{ .name = "tmp-read",
	  .outside = ANYONE,
	  .run = read_tmp,
	  .tries = "reads a file of another process in /tmp" },
	{ .name = "tmp-overwrite",
	  .outside = ANYONE,
	  .run = overwrite_tmp,
	  .tries = "opens a file of another process in /tmp for writing" },
	{ .name = "tmp-walk-up",
	  .outside = ANYONE,
	  .run = walk_up,
	  .tries = "goes up from the working directory, past the root, and down to /tmp" },
	{ .name = "tmp-plant-link",
	  .outside = NOWHERE,
	  .run = plant_link,
	  .may = DEFAULT | STRICT,
	  .why = "its /tmp is its own",
	  .tries = "plants a link in /tmp for others to follow, and takes a file away" },
	{ .name = "shm-read",
	  .outside = ANYONE,
	  .run = read_shm,
	  .tries = "reads POSIX shared memory of another process in /dev/shm" },
	{ .name = "beside-make",
	  .outside = ANYONE,
	  .run = make_beside,
	  .may = DEFAULT,
	  .why = SHARED,
	  .tries = "makes a file beside the workspace" },
	{ .name = "beside-append",
	  .outside = ANYONE,
	  .run = append_beside,
	  .may = DEFAULT,
	  .why = SHARED,
	  .tries = "opens a file beside the workspace for writing" },
	{ .name = "workspace-unlink",
	  .outside = NOWHERE,
	  .run = unlink_precious,
	  .may = DEFAULT | STRICT,
	  .why = "a wrapped command works in the tree; under strict in a "
		 "layer over it",
	  .tries = "removes a file of the workspace" },
	{ .name = "workspace-overwrite",
	  .outside = NOWHERE,
	  .run = overwrite_precious,
	  .may = DEFAULT | STRICT,
	  .why = "the same",
	  .tries = "empties a file of the workspace" },
	{ .name = "shadow-read",
	  .outside = ROOT,
	  .run = read_shadow,
	  .may = DEFAULT_ROOT,
	  .why = SHARED,
	  .tries = "reads the passwords of the host" },
	{ .name = "gshadow-read",
	  .outside = ROOT,
	  .run = read_others_file,
	  .may = DEFAULT_ROOT,
	  .why = SHARED,
	  .tries = "reads a file that only root may read" },
	{ .name = "home-read",
	  .outside = ROOT,
	  .run = read_home,
	  .may = DEFAULT_ROOT,
	  .why = SHARED,
	  .tries = "reads files of root's home" },
	{ .name = "chroot-break",
	  .outside = ROOT,
	  .run = break_chroot,
	  .tries = "leaves a chroot by a descriptor of before, for the host's /tmp" },
	{ .name = "descriptor-file",
	  .outside = ANYONE,
	  .run = leaked_file,
	  .tries = "reads a descriptor that the caller left open" },
	{ .name = "descriptor-dir",
	  .outside = ANYONE,
	  .run = leaked_dir,
	  .tries = "opens a file below a directory that the caller left open" },
	{ .name = "descriptor-proc",
	  .outside = ANYONE,
	  .run = leaked_cwd,
	  .tries = "looks through /proc/self/fd for a way out (CVE-2024-21626)" },
	{ .name = "output-preallocate",
	  .outside = ANYONE,
	  .run = fill_disk_at_once,
	  .may = DEFAULT,
	  .why = SHARED,
	  .tries = "has the disk filled by the file of its output, before a limit can tell" },
	{ .name = "disk-read",
	  .outside = ROOT,
	  .run = read_disk,
	  .may = DEFAULT_ROOT,
	  .why = DEVICES,
	  .tries = "reads a disk of the host" },
	{ .name = "disk-write",
	  .outside = ROOT,
	  .run = write_disk,
	  .may = DEFAULT_ROOT,
	  .why = DEVICES,
	  .tries = "opens a disk of the host for writing" },
	{ .name = "mknod",
	  .outside = ROOT,
	  .run = make_zero,
	  .tries = "makes a device node and opens it" },
	{ .name = "mknod-tmp",
	  .outside = ROOT,
	  .run = make_zero_in_tmp,
	  .tries = "makes a device node in /tmp and opens it" },
	{ .name = "mknod-disk",
	  .outside = ROOT,
	  .run = make_disk,
	  .tries = "makes the node of a disk and reads it" },
	{ .name = "dev-mem",
	  .outside = ROOT,
	  .run = read_mem,
	  .tries = "reads the machine's memory" },
	{ .name = "dev-kmsg-read",
	  .outside = ROOT,
	  .run = read_kmsg,
	  .tries = "reads the kernel's log by its device" },
	{ .name = "dev-kmsg-write",
	  .outside = ROOT,
	  .run = write_kmsg,
	  .may = DEFAULT_ROOT,
	  .why = DEVICES,
	  .tries = "writes to the kernel's log by its device" },
	{ .name = "dev-kvm",
	  .outside = ROOT,
	  .run = open_kvm,
	  .may = DEFAULT,
	  .why = DEVICES,
	  .tries = "opens the device for virtual machines" },
	{ .name = "dev-tun",
	  .outside = ROOT,
	  .run = open_tun,
	  .may = DEFAULT,
	  .why = "a network device made by it is one of the test's own network",
	  .tries = "opens the device for network devices" },
	{ .name = "dev-fuse",
	  .outside = ROOT,
	  .run = open_fuse,
	  .may = DEFAULT,
	  .why = "a mount that would use it is refused",
	  .tries = "opens the device for file systems" },
	{ .name = "dev-loop",
	  .outside = ROOT,
	  .run = open_loop,
	  .may = DEFAULT_ROOT,
	  .why = DEVICES,
	  .tries = "opens the device for disks made of files" },
	{ .name = "tiocsti",
	  .outside = ROOT,
	  .run = tiocsti,
	  .tries = "types into the controlling terminal (CVE-2017-5226)" },
	{ .name = "tiocsti-high-bits",
	  .outside = ROOT,
	  .run = tiocsti_high,
	  .tries = "the same, with bits that the kernel does not look at (CVE-2019-10063)" },
	{ .name = "tioclinux",
	  .outside = ROOT,
	  .run = tioclinux,
	  .tries = "pastes into the console (CVE-2023-28100)" },
	{ .name = "tioclinux-high-bits",
	  .outside = ROOT,
	  .run = tioclinux_high,
	  .tries = "the same, with bits that the kernel does not look at" },
	{ .name = "tioccons",
	  .outside = NOWHERE,
	  .run = tioccons,
	  .tries = "takes the messages of the console" },
};
TABLE(escape_files, rows);
