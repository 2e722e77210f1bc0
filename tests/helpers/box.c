/* SPDX-License-Identifier: Apache-2.0 */
/* box [NAMESPACE-LINK...]: says what stands around it, the same in every sandbox
 * of the same profile, so that two can be compared.  A link is what readlink(1)
 * says of a file in /proc/self/ns outside; those that it shares are named.  Ends
 * with 0. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

static void show_namespaces(char **outside)
{
	static const char *const kinds[] = { "cgroup", "ipc", "mnt", "net", "pid", "user", "uts" };
	char path[32];
	char link[64];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(path, sizeof(path), "/proc/self/ns/%s", kinds[i]);
		const ssize_t n = readlink(path, link, sizeof(link) - 1);
		link[n > 0 ? n : 0] = '\0';
		for (char **o = outside; *o; o++)
			if (strcmp(*o, link) == 0)
				printf("shares %s\n", kinds[i]);
	}
}

static void show_mounts(void)
{
	static const char *const paths[] = { "/",	 "/tmp",	   "/var/tmp", "/dev",
					     "/dev/shm", "/run",	   "/proc",    "/proc/sys",
					     "/sys",	 "/sys/fs/cgroup", "." };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct statfs fs;
		struct statvfs vfs;

		if (statfs(paths[i], &fs) < 0 || statvfs(paths[i], &vfs) < 0)
			printf("%s: %s\n", paths[i], strerror(errno));
		else
			printf("%s: %lx flags %lx\n", paths[i], (unsigned long)fs.f_type,
			       vfs.f_flag);
	}
}

static void show_entries(const char *name, const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *e;

	printf("%s %s\n", name, d ? "is there" : "is not there");
	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			printf("%s has %s\n", name, e->d_name);
	if (d)
		closedir(d);
}

static void show_status(void)
{
	static const char *const keys[] = {
		"Uid",    "Gid",    "Groups", "Cap",    "NoNewPrivs", "Seccomp:",
		"SigBlk", "SigIgn", "SigCgt",
	};
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (strncmp(line, keys[i], strlen(keys[i])) == 0)
				fputs(line, stdout);
	if (f)
		fclose(f);
}

static void show_lo(void)
{
	struct ifreq rq = { .ifr_name = "lo" };
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &rq) == 0)
		printf("lo %s\n", rq.ifr_flags & IFF_UP ? "up" : "down");
	if (fd >= 0)
		close(fd);
}

static void show_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		printf("%s: %s", path, line);
	if (f)
		fclose(f);
}

int main(int argc, char **argv)
{
	struct utsname uts;
	char cwd[4096] = "";

	(void)argc;
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("descriptor %d\n", fd);
	show_namespaces(argv + 1);
	show_mounts();
	/* Without namespaces a test has a TMPDIR of its own, by another name each
	 * time, and others write to the host's /tmp meanwhile. */
	if (getenv("TMPDIR"))
		show_entries("TMPDIR", getenv("TMPDIR"));
	else
		show_entries("/tmp", "/tmp");
	show_entries("/dev/shm", "/dev/shm");
	show_status();
	show_lo();
	show_file("/proc/self/cgroup");
	show_file("/proc/self/uid_map");
	printf("cwd %s\n", getcwd(cwd, sizeof(cwd)) ? cwd : "-");
	printf("name %s\n", uname(&uts) == 0 ? uts.nodename : "-");
	printf("pid %s\n", getpid() < 10 ? "private" : "of the host");
	for (char **e = environ; *e; e++)
		if (strncmp(*e, "ISORUN_MEMORY=", 14) == 0)
			puts(*e);
	return fflush(stdout) == 0 ? 0 : 1;
}
