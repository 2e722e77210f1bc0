# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A bind that cannot be is the command line's fault, not the host's.
. "$E2E/lib.sh"

expect 2 isorun --bind /no/such/source:/tmp/x true
says "bind source '/no/such/source'"
expect 2 isorun --bind /etc:/no/such/target true
says "bind target '/no/such/target'"
