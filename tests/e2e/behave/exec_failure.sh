# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# 127 for a command that is not there, 126 for one that cannot be executed.
. "$E2E/lib.sh"

expect 127 isorun ./no-such-command
says "^isorun: .*'./no-such-command'"
expect 127 isorun no-such-command-in-path
expect 127 isorun ''
says "^isorun: command '': not found"
echo 'echo hi' >script
chmod 644 script
expect 126 isorun ./script
says "^isorun: .*'./script'"
expect 126 isorun "$PWD"
