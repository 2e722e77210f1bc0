# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The profile shared changes nothing but the limits.
. "$E2E/lib.sh"

expect 0 isorun --profile shared readlink /proc/self/ns/mnt
expect 5 isorun --profile shared sh -c 'exit 5'
