# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A build directory that is none, a tool that is not there and one that fails are told in a line.
. "$E2E/lib.sh"

mkdir none build bin
expect 2 isorun suite ctest:none
says "build directory '$PWD/none': there is no CTestTestfile.cmake in it"
says 'hint: configure it by cmake'
expect 2 isorun suite ctest:gone
says "build directory '$PWD/gone': No such file"
expect 2 isorun suite meson:none
says "there is no meson-info in it"
expect 2 isorun suite ctset:none
says "did you mean 'ctest:none'"

: >build/CTestTestfile.cmake
path=$PATH
PATH=$PWD/bin
export PATH
expect 2 isorun suite ctest:build
PATH=$path
says "'ctest' is not in PATH"

tool()
{
	printf '#!/bin/sh\n%s\n' "$1" >bin/ctest
	chmod +x bin/ctest
}
PATH=$PWD/bin:$path
tool 'echo "CMake Error: bad" >&2; echo "no more" >&2; exit 8'
expect 2 isorun suite ctest:build
says "'ctest --show-only=json-v1' gave 8: CMake Error: bad; no more"
tool 'echo "Test project"'
expect 2 isorun suite build
says "ctest --show-only=json-v1:1: "
tool 'echo "{}"'
expect 2 isorun suite ctest:build
says "prints something else than its tests"
tool 'echo "{\"kind\":\"ctestInfo\",\"tests\":[{\"properties\":7}]}"'
expect 2 isorun suite ctest:build
says "tells of a test without a name"
tool 'echo "{\"kind\":\"ctestInfo\",\"tests\":[]}"'
expect 2 isorun suite ctest:build
says "ctest:build: ctest knows no test there"
tool 'kill -TERM $$'
expect 2 isorun suite ctest:build
says "was killed by SIGTERM"
