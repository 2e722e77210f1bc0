# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --share gives a namespace back, and only that one.
. "$E2E/lib.sh"

need_namespaces

expect 0 isorun --share uts sh -c 'readlink /proc/self/ns/uts; readlink /proc/self/ns/ipc'
has "$(readlink /proc/self/ns/uts | sed 's/[][]/\\&/g')"
lacks "$(readlink /proc/self/ns/ipc | sed 's/[][]/\\&/g')"
