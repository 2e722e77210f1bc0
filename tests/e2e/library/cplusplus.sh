# SPDX-License-Identifier: Apache-2.0
# A C++ program uses the installed library.
. "$E2E/lib.sh"
. "$E2E/library/installed"
need_cmd "${CXX:-c++}"
# shellcheck disable=SC2046,SC2086 # lists of words
expect 0 "${CXX:-c++}" -std=c++11 $warn -o use -x c++ "$E2E/library/use.c" -x none \
	$(flags --cflags --libs)
export LD_LIBRARY_PATH="$lib"
works ./use
