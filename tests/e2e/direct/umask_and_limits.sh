# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# umask and resource limits are the caller's.
. "$E2E/lib.sh"

umask 027
# shellcheck disable=SC3045 # dash has it
ulimit -n 200
expect 0 isorun sh -c 'umask; ulimit -n'
prints "0027
200"
