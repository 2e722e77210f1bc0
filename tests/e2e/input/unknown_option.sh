# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# An unknown option is one line, with what was meant, and status 2.
. "$E2E/lib.sh"

expect 2 isorun --memroy 64M true
says "^isorun: .*'?--memroy'?"
says '--memory'
expect 2 isorun suite --jbos 2 lines:x
says '--jobs'
