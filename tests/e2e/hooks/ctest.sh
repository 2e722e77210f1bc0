# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# CTest by contrib/cmake/Isorun.cmake: programs of the project are run by isorun, with
# the cpus and the memory that a test's PROCESSORS and labels state.
. "$E2E/lib.sh"

need_cmd ctest
clashing
cat >CMakeLists.txt <<END
cmake_minimum_required(VERSION 3.19)
project(clash NONE)
enable_testing()
if(LAUNCH)
  include($E2E/../../contrib/cmake/Isorun.cmake)
endif()
add_executable(clash IMPORTED)
set_target_properties(clash PROPERTIES IMPORTED_LOCATION \${CMAKE_SOURCE_DIR}/clash)
foreach(i RANGE 1 40)
  add_test(NAME t\${i} COMMAND clash \${i})
endforeach()
add_executable(shell IMPORTED)
set_target_properties(shell PROPERTIES IMPORTED_LOCATION /bin/sh)
add_test(NAME large COMMAND shell -c "echo memory=\$ISORUN_MEMORY own=\$OWN")
set_tests_properties(large PROPERTIES LABELS "memory=96M;slow" PROCESSORS 2 ENVIRONMENT OWN=1)
add_test(NAME script COMMAND \${ISORUN} sh -c "echo memory=\$ISORUN_MEMORY")
END
PATH="$(dirname "$ISORUN"):$PATH"
export PATH
expect 0 cmake -S . -B naive
expect 0 cmake -S . -B build -DLAUNCH=yes
hooked 'ctest --test-dir naive -j8' 'ctest --test-dir build -j8'
has '100% tests passed.* out of 42'
expect 0 ctest --test-dir build -V -R large
has 'memory=100663296 own=1$'
grep -q -- '--cpus 2' build/CTestTestfile.cmake || fail "PROCESSORS is not told"
expect 0 ctest --test-dir build -V -R script
has 'memory=[0-9]'
