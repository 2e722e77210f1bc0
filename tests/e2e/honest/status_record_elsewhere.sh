# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --status writes to where a link leads, and never replaces the link, such as
# /dev/stdout, by a file.
. "$E2E/lib.sh"

ln -s real.json link.json
echo old >real.json
expect 0 isorun --status link.json true
[ -L link.json ] || fail "the link was replaced"
[ "$(json real.json verdict)" = passed ] || fail "nothing behind the link"

# Not /dev/stdout itself, which a failure would destroy.
expect 0 isorun --status /proc/self/fd/1 echo first
[ "$(head -n 1 "$out")" = first ] || fail "the command's output was replaced"
has '"verdict": "passed"'
