/* SPDX-License-Identifier: Apache-2.0 */
/* engine/meminfo.h - the /proc/meminfo that a test sees. */
#ifndef ENGINE_MEMINFO_H
#define ENGINE_MEMINFO_H

#include <stdint.h>

#include "base/buf.h"

/* Pure: the host's text as it would be on a machine with so much memory, nearly all of
 * it free: MemTotal and CommitLimit tell `bytes` (never more than the host's MemTotal),
 * MemFree and MemAvailable 1 MiB less, what is a property of the machine stays, all
 * else is zero (proc_meminfo(5), Linux 6.18). */
void meminfo_shown(const char *host, uint64_t bytes, struct buf *ret);

#endif
