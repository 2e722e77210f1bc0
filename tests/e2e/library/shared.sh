# SPDX-License-Identifier: Apache-2.0
# A C program uses the installed shared library.
. "$E2E/lib.sh"
. "$E2E/library/installed"
# shellcheck disable=SC2046,SC2086 # lists of words
expect 0 "${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L $warn -o use "$E2E/library/use.c" \
	$(flags --cflags --libs)
readelf -d use | grep -q 'NEEDED.*libisorun\.so\.0' || fail "not linked by soname"
export LD_LIBRARY_PATH="$lib"
works ./use
