# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Every executable of a glob is a test.
. "$E2E/lib.sh"

mkdir t
for i in 1 2 3; do
	printf '#!/bin/sh\nexit 0\n' >t/test_$i
done
chmod +x t/test_1 t/test_2
expect 0 isorun suite --junit junit.xml 'exec:t/test_*'
[ "$(cases junit.xml | grep -c '^passed')" = 2 ] || fail "$(cases junit.xml)"
