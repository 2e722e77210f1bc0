# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Every executable of a glob is a test.
. "$E2E/lib.sh"

mkdir t
for i in 1 2; do
	printf '#!/bin/sh\nexit 0\n' >t/test_$i
	chmod +x t/test_$i
done
expect 0 isorun suite --junit junit.xml 'exec:t/test_*'
[ "$(cases junit.xml | grep -c '^passed')" = 2 ] || fail "$(cases junit.xml)"

# A test that lost its mode would else be lost unnoticed.
echo nothing >t/test_3
expect 2 isorun suite 'exec:t/test_*'
says 'test_3'
