# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A manifest's faults are told with file and line.
. "$E2E/lib.sh"

printf '[suite]\nprofile = default\n[test one]\ncomand = true\n' >isorun.ini
expect 2 isorun suite
says 'isorun\.ini:4'
says "command"
printf '[test one]\nmemory = 64M\n' >isorun.ini
expect 2 isorun suite
says "one"
says "command"
printf '[test one]\ncommand = true\n[test one]\ncommand = false\n' >isorun.ini
expect 2 isorun suite
says "one"
