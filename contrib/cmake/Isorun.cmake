# SPDX-License-Identifier: Apache-2.0
# Isorun.cmake: runs the tests of a CMake project in sandboxes of their own.
#
#   include(Isorun)       # before the targets and tests of this directory
#
# A test whose command is a target of the project is started by isorun then; any other
# is by  add_test(NAME x COMMAND ${ISORUN} sh x.sh).  What a test states is handed on:
# PROCESSORS as --cpus, and a label memory=SIZE as --memory, of tests of this directory.
# More options: set(ISORUN_ARGUMENTS --net host) before the include.
#
# CMake 3.19 or newer; isorun on the PATH, else set ISORUN_PROGRAM.
cmake_minimum_required(VERSION 3.19)

find_program(ISORUN_PROGRAM isorun DOC "launcher that gives each test a sandbox of its own")
if(NOT ISORUN_PROGRAM)
  message(FATAL_ERROR "Isorun.cmake: no isorun on the PATH; set ISORUN_PROGRAM to where it is")
endif()
set(ISORUN ${ISORUN_PROGRAM} ${ISORUN_ARGUMENTS} --)

if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.29)
  set(CMAKE_TEST_LAUNCHER ${ISORUN})
elseif(CMAKE_CROSSCOMPILING)
  list(PREPEND CMAKE_CROSSCOMPILING_EMULATOR ${ISORUN})
else()
  set(CMAKE_CROSSCOMPILING_EMULATOR ${ISORUN})
endif()

# What each test of a directory states, as options that isorun reads from its environment.
function(isorun_hand_on_demands)
  get_property(tests DIRECTORY PROPERTY TESTS)
  foreach(test IN LISTS tests)
    set(options)
    get_property(processors TEST ${test} PROPERTY PROCESSORS)
    get_property(labels TEST ${test} PROPERTY LABELS)
    if(processors)
      string(APPEND options " --cpus ${processors}")
    endif()
    foreach(label IN LISTS labels)
      if(label MATCHES "^memory=(.+)$")
        string(APPEND options " --memory ${CMAKE_MATCH_1}")
      endif()
    endforeach()
    if(options)
      set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT "ISORUN_OPTIONS=${options}")
    endif()
  endforeach()
endfunction()
cmake_language(DEFER CALL isorun_hand_on_demands)
