/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox/network.h - netlink messages made by libnl ahead of time. */
#ifndef SANDBOX_NETWORK_H
#define SANDBOX_NETWORK_H

#include "base/buf.h"
#include "base/err.h"

/* The bytes of an RTM_NEWLINK request, with acknowledgement asked for, that
 * sets IFF_UP on interface 1: lo is always the first of a new network
 * namespace (Linux 2.6.24, network_namespaces(7)). */
int network_lo_up_message(struct buf *ret, struct iso_err *err);

#endif
