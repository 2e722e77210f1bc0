# SPDX-License-Identifier: Apache-2.0
# A C program uses the installed static library; a function of its own may have
# the name of one inside of the library.
. "$E2E/lib.sh"
. "$E2E/library/installed"
# shellcheck disable=SC2046,SC2086 # lists of words
expect 0 "${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L $warn -o use "$E2E/library/use.c" \
	$(flags --cflags) -Wl,-Bstatic -L"$lib" -lisorun -Wl,-Bdynamic \
	$(flags --libs --static | sed 's/-lisorun//')
readelf -d use | grep -q 'NEEDED.*libisorun' && fail "linked with the shared library"
works ./use
