# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test in the loopback network reaches no other interface.
. "$E2E/lib.sh"

expect 0 isorun sh -c 'tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "'
prints lo
