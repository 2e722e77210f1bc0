# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The host name can be changed inside and stays the host's outside.
. "$E2E/lib.sh"

need_namespaces

before=$(uname -n)
expect 0 isorun sh -c 'readlink /proc/self/ns/uts'
[ "$(cat "$out")" != "$(readlink /proc/self/ns/uts)" ] || fail "the uts namespace is the host's"
expect 0 isorun uname -n
prints "$before"
