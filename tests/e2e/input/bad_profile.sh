# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A profile's faults are told with file and line.
. "$E2E/lib.sh"

printf '[limits]\nmemroy = 1G\n' >mine.ini
expect 2 isorun --profile ./mine.ini true
says 'mine\.ini:2'
says "memory"
printf '[limist]\nmemory = 1G\n' >mine.ini
expect 2 isorun --profile ./mine.ini true
says 'mine\.ini:[12]'
printf '[limits]\nmemory = 1X\n' >mine.ini
expect 2 isorun --profile ./mine.ini true
says 'mine\.ini:2'
says "1X"
printf 'nonsense\n' >mine.ini
expect 2 isorun --profile ./mine.ini true
says 'mine\.ini:1'
