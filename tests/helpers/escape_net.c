/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: to the host, to what has no namespace, to its own network's switches. */
#include "escape.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_alg.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_unix(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const size_t n = strlen(name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(a.sun_path, name, n < sizeof(a.sun_path) ? n : sizeof(a.sun_path) - 1);
	if (*name == '@')
		a.sun_path[0] = '\0';
	if (fd < 0 || connect(fd, (struct sockaddr *)&a,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		return -1;
	return fd;
}

/* A descriptor of the secret, passed by the one who listens outside. */
static int receive_descriptor(int from)
{
	char space[CMSG_SPACE(sizeof(int))];
	char text[64];
	struct iovec io = { text, sizeof(text) };
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = space,
			    .msg_controllen = sizeof(space) };
	int fd;

	if (from < 0 || recvmsg(from, &m, 0) <= 0)
		return errno;
	if (!CMSG_FIRSTHDR(&m))
		return ENODATA;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return got_secret(fd);
}

static int abstract_socket(void)
{
	return receive_descriptor(connect_unix(scene("abstract")));
}

static int socket_in_tmp(void)
{
	return receive_descriptor(connect_unix(scene_path("socket")));
}

static int socket_in_workspace(void)
{
	return receive_descriptor(connect_unix("socket"));
}

/* Those that rule machines: who may speak to one is root. */
static int socket_of_daemon(void)
{
	static const char *const paths[] = {
		"/run/dbus/system_bus_socket",
		"/var/run/dbus/system_bus_socket",
		"/run/docker.sock",
		"/run/systemd/private",
		"/run/containerd/containerd.sock",
	};
	int r = LACKS;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (connect_unix(paths[i]) >= 0)
			return ESCAPED;
		else if (errno != ENOENT)
			r = errno;
	return r;
}

static int tcp_to_host(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)scene_number("port")),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno : got(connect(fd, (struct sockaddr *)&a, sizeof(a)));
}

/* Sends nothing: only whether there is a way to there. */
static int route_to(const char *address)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, address, &a.sin_addr);
	return fd < 0 ? errno : got(connect(fd, (struct sockaddr *)&a, sizeof(a)));
}

static int route_to_world(void)
{
	return route_to("198.51.100.1"); /* for documentation, RFC 5737 */
}

/* Where clouds answer with the machine's keys. */
static int route_to_metadata(void)
{
	return route_to("169.254.169.254");
}

static int link_down(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno : got(ioctl(fd, SIOCSIFFLAGS, &lo));
}

static int new_link(void)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg info;
	} order = { .head = { .nlmsg_len = sizeof(order),
			      .nlmsg_type = RTM_SETLINK,
			      .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		    .info = { .ifi_index = 1, .ifi_change = IFF_UP, .ifi_flags = IFF_UP } };
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[256];
	} answer = { 0 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || send(fd, &order, sizeof(order), 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		return errno;
	return -answer.error.error;
}

static int make_socket(int family, int type, int protocol)
{
	int r = got(socket(family, type | SOCK_CLOEXEC, protocol));

	return r == EAFNOSUPPORT || r == ESOCKTNOSUPPORT || r == EPROTONOSUPPORT ? LACKS : r;
}

static int packet_socket(void)
{
	return make_socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
}

static int raw_socket(void)
{
	return make_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

/* In no namespace: the other side is the host of the virtual machine, or its
 * guests. */
static int vsock_socket(void)
{
	return make_socket(AF_VSOCK, SOCK_STREAM, 0);
}

static int vsock_connect(void)
{
	struct sockaddr_vm a = { .svm_family = AF_VSOCK,
				 .svm_port = 1,
				 .svm_cid = VMADDR_CID_LOCAL };
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return errno == EAFNOSUPPORT ? LACKS : errno;
	return reached(connect(fd, (struct sockaddr *)&a, sizeof(a)));
}

static int alg_socket(void)
{
	return make_socket(AF_ALG, SOCK_SEQPACKET, 0);
}

static int key_socket(void)
{
	return make_socket(15 /* AF_KEY */, SOCK_RAW, 2);
}

static int audit_socket(void)
{
	return make_socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
}

static int uevent_socket(void)
{
	return make_socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT);
}

static int netfilter_socket(void)
{
	return make_socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
}

static int low_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(81) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno : got(bind(fd, (struct sockaddr *)&a, sizeof(a)));
}

static int host_name(void)
{
	return got(sethostname("escaped", 7));
}

static int domain_name(void)
{
	return got(setdomainname("escaped", 7));
}

#define OWN_NETWORK "its network is its own: there is nobody to hear or to be heard"

static const struct escape rows[] = {
	{ .name = "abstract-socket",
	  .outside = ANYONE,
	  .run = abstract_socket,
	  .tries = "has a descriptor passed to it by an abstract socket" },
	{ .name = "socket-in-tmp",
	  .outside = ANYONE,
	  .run = socket_in_tmp,
	  .tries = "the same by a socket in /tmp" },
	{ .name = "socket-in-workspace",
	  .outside = ANYONE,
	  .run = socket_in_workspace,
	  .may = DEFAULT | STRICT,
	  .why = "who listens in the workspace offers it to those who are given the workspace",
	  .tries = "the same by a socket in the workspace" },
	{ .name = "socket-of-daemon",
	  .outside = NOWHERE,
	  .run = socket_of_daemon,
	  .may = DEFAULT,
	  .why = "sockets outside of the private directories are the host's",
	  .tries = "speaks to a daemon that rules the host" },
	{ .name = "tcp-to-host",
	  .outside = ANYONE,
	  .run = tcp_to_host,
	  .tries = "connects to a server of the host on 127.0.0.1" },
	{ .name = "route-to-world",
	  .outside = ANYONE,
	  .run = route_to_world,
	  .tries = "finds a way to the network" },
	{ .name = "route-to-metadata",
	  .outside = ANYONE,
	  .run = route_to_metadata,
	  .tries = "finds a way to the cloud's keys" },
	{ .name = "link-down",
	  .outside = APART,
	  .run = link_down,
	  .tries = "takes the loopback interface down" },
	{ .name = "netlink",
	  .outside = APART,
	  .run = new_link,
	  .tries = "changes an interface by netlink" },
	{ .name = "packet-socket",
	  .outside = ROOT,
	  .run = packet_socket,
	  .may = DEFAULT_ROOT,
	  .why = OWN_NETWORK,
	  .tries = "reads all packets" },
	{ .name = "raw-socket",
	  .outside = ROOT,
	  .run = raw_socket,
	  .may = DEFAULT_ROOT,
	  .why = OWN_NETWORK,
	  .tries = "makes packets of its own" },
	{ .name = "vsock",
	  .outside = ANYONE,
	  .run = vsock_socket,
	  .tries =
		  "makes a socket to the virtual machine's host, for which there is no namespace" },
	{ .name = "vsock-connect",
	  .outside = ANYONE,
	  .run = vsock_connect,
	  .tries = "connects by it" },
	{ .name = "alg-socket",
	  .outside = ANYONE,
	  .run = alg_socket,
	  .may = DEFAULT,
	  .why = "the kernel's ciphers reach nothing outside",
	  .tries = "reaches the kernel's ciphers by a socket" },
	{ .name = "key-socket",
	  .outside = APART_ROOT,
	  .run = key_socket,
	  .tries = "reaches the keys of IPsec" },
	{ .name = "audit-socket",
	  .outside = ANYONE,
	  .run = audit_socket,
	  .may = DEFAULT,
	  .why = "audit answers only to the host's own pid namespace",
	  .tries = "reaches the kernel's audit" },
	{ .name = "uevent-socket",
	  .outside = ANYONE,
	  .run = uevent_socket,
	  .may = DEFAULT,
	  .why = OWN_NETWORK,
	  .tries = "hears of devices" },
	{ .name = "netfilter-socket",
	  .outside = ANYONE,
	  .run = netfilter_socket,
	  .may = DEFAULT,
	  .why = OWN_NETWORK,
	  .tries = "reaches the packet filter" },
	{ .name = "low-port",
	  .outside = APART,
	  .run = low_port,
	  .may = DEFAULT_ROOT,
	  .why = OWN_NETWORK,
	  .tries = "listens on a port of the system's" },
	{ .name = "host-name", .outside = APART, .run = host_name, .tries = "renames the host" },
	{ .name = "domain-name",
	  .outside = APART,
	  .run = domain_name,
	  .tries = "renames the host's domain" },
};
TABLE(escape_net, rows);
