# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# In a source tree of CMake or Meson its build directory is found, or a hint says how to
# name it.  The tools themselves are not asked for more than their words.
. "$E2E/lib.sh"

mkdir bin cmake meson
cat >bin/ctest <<'END'
#!/bin/sh
echo '{"kind": "ctestInfo", "tests": [{"name": "built", "command": ["/bin/true"]}]}'
END
cat >bin/meson <<'END'
#!/bin/sh
echo '{"tests": [{"name": "built", "cmd": ["/bin/true"], "workdir": null}], "targets": []}'
END
chmod +x bin/ctest bin/meson
PATH=$PWD/bin:$PATH

: >cmake/CMakeLists.txt
: >meson/meson.build
expect 2 isorun list cmake
says "no tests in '.*/cmake': a CMakeLists.txt, but no build directory that knows tests$"
says 'hint: .*isorun suite ctest:build'
expect 2 isorun list meson
says 'hint: .*isorun suite meson:build'

mkdir cmake/build meson/builddir meson/builddir/meson-info
: >cmake/build/CTestTestfile.cmake
for dir in cmake meson; do
	expect 0 isorun list $dir
	has ' built$'
done
cd cmake || exit
expect 0 isorun suite
has '^1 passed'

# A directory of that name may be anything where no sources are beside it.
rm CMakeLists.txt
expect 2 isorun list
says 'no tests in'
