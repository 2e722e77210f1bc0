# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The verdict of a TAP program is what its lines say.
. "$E2E/lib.sh"

mkdir t
printf '#!/bin/sh\necho 1..2\necho ok 1 - one\necho ok 2 - two\n' >t/good.t
printf '#!/bin/sh\necho 1..2\necho ok 1 - one\necho not ok 2 - two\n' >t/bad.t
printf '#!/bin/sh\necho 1..3\necho ok 1 - one\n' >t/short.t
printf '#!/bin/sh\necho "1..0 # SKIP not today"\n' >t/skip.t
chmod +x t/*.t
expect 1 isorun suite --junit junit.xml 'tap:t/*.t'
cases junit.xml >found
has 'passed .*good' found
has 'failure .*bad' found
has 'failure .*short' found
has 'skipped .*skip' found
