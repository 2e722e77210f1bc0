# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A set-uid program gives no privileges, and no capability is inheritable or ambient.
. "$E2E/lib.sh"

expect 0 isorun grep -E '^(NoNewPrivs|CapInh|CapAmb)' /proc/self/status
has '^NoNewPrivs:.1$'
has '^CapInh:.0+$'
has '^CapAmb:.0+$'
