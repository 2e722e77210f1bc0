# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# automake, whose parallel harness runs tests without an ending by LOG_COMPILER, and its
# verdicts (77: skipped, 99: error) are those of the tests.
. "$E2E/lib.sh"

need_cmd automake
need_cmd make
clashing
for i in $(seq 40); do
	printf '#!/bin/sh\nexec ./clash %s\n' "$i" >"test-$i"
done
chmod +x test-*
printf '#!/bin/sh\nexit 77\n' >absent
printf '#!/bin/sh\nexit 99\n' >broken
chmod +x absent broken
cat >configure.ac <<'END'
AC_INIT([clash], [1])
AM_INIT_AUTOMAKE([foreign])
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
END
clashing=$(echo test-*)
echo "TESTS = $clashing absent broken" >Makefile.am
expect 0 sh -c 'aclocal && autoconf && automake --add-missing && ./configure'
hooked "make check -j8 TESTS='$clashing'" "make check -j8 LOG_COMPILER=isorun TESTS='$clashing'"
has '^# PASS: +40$'
expect 2 env PATH="$(dirname "$ISORUN"):$PATH" make check LOG_COMPILER=isorun TESTS='absent broken'
has '^# SKIP: +1$'
has '^# ERROR: +1$'
