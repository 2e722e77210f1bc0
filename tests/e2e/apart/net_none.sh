# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --net none has no loopback either; --net host is the host's network.
. "$E2E/lib.sh"

need_namespaces

expect 1 isorun --net none "$PROBE" connect 8080
says 'unreachable'
expect 0 isorun --net host readlink /proc/self/ns/net
prints "$(readlink /proc/self/ns/net)"
