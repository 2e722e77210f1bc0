/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/network.h"

#include <errno.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>

enum { LO_INDEX = 1 };

static int build(struct rtnl_link *now, struct rtnl_link *up, struct nl_msg **ret_msg)
{
	rtnl_link_set_ifindex(now, LO_INDEX);
	rtnl_link_set_ifindex(up, LO_INDEX);
	rtnl_link_set_flags(up, IFF_UP);
	return rtnl_link_build_change_request(now, up, 0, ret_msg);
}

int network_lo_up_message(struct buf *ret, struct iso_err *err)
{
	struct nl_msg *msg = NULL;
	struct rtnl_link *now = rtnl_link_alloc();
	struct rtnl_link *up = rtnl_link_alloc();
	int r = -NLE_NOMEM;

	if (now && up)
		r = build(now, up, &msg);
	if (r == 0) {
		struct nlmsghdr *head = nlmsg_hdr(msg);
		/* What nl_complete_msg() would fill in from a socket; the
		 * kernel is sent to (port 0) and the answer is the only one. */
		head->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
		head->nlmsg_seq = 1;
		head->nlmsg_pid = 0;
		buf_add(ret, head, head->nlmsg_len);
		nlmsg_free(msg);
	}
	if (now)
		rtnl_link_put(now);
	if (up)
		rtnl_link_put(up);
	if (r < 0)
		return iso_err_set(err, ISO_ERR_INTERNAL, 0, "build the netlink message for lo: %s",
				   nl_geterror(r));
	return ret->error ? iso_err_set(err, ISO_ERR_HOST, ENOMEM, "netlink message") : 0;
}
