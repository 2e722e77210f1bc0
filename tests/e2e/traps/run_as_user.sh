# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# 4. --user runs the test as that user.
. "$E2E/lib.sh"

need_root
expect 0 isorun --user 1234:2345 sh -c 'id -u; id -g'
prints "1234
2345"
expect 0 isorun --user nobody id -un
prints nobody
expect 2 isorun --user no-such-user true
says "no-such-user"
