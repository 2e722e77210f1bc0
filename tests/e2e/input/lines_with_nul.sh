# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A NUL byte in a list of commands is an error: what follows it is not lost unseen.
. "$E2E/lib.sh"

printf 'true\necho \0\nfalse\n' >list
expect 2 isorun suite lines:list
says 'lines:list: .*NUL'
expect 2 sh -c '"$ISORUN" suite lines:- <list'
says 'lines:-: .*NUL'
