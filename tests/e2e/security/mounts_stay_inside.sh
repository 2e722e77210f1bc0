# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test cannot mount, and the host's mount table never changes.
. "$E2E/lib.sh"

before=$(wc -l </proc/self/mountinfo)
expect 1 isorun sh -c 'mount -t tmpfs none /mnt 2>/dev/null || exit 1'
[ "$(wc -l </proc/self/mountinfo)" = "$before" ] || fail "the host's mounts changed"
