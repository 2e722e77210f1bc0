# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Tests that look for a terminal find one, by --tty and by their profile.
. "$E2E/lib.sh"

mkdir tests
printf '#!/bin/sh\ntest -t 0 && test -t 1 && ! read x && seq 20000 && test -t 2\n' >tests/a
printf '#!/bin/sh\necho 1..1; tty; stty size; echo "ok 1"\n' >tests/b.t
chmod +x tests/*
expect 0 isorun suite --tty 'exec:tests/a' 'tap:tests/b.t'
has '2 passed'

printf '[profile]\ninherit = default\n[process]\ntty = yes\n' >tty.ini
printf '[suite]\nprofile = tty.ini\n[source]\nfrom = exec:tests/a\n' >isorun.ini
expect 0 isorun suite
expect 1 isorun suite -p default
