# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# An unknown source kind, and a source that is not there, are usage errors with the place.
. "$E2E/lib.sh"

expect 2 isorun suite line:tests
says "line:"
says "lines:"
expect 2 isorun suite lines:no-such-file
says "no-such-file"
expect 2 isorun suite no-such-directory
says "no-such-directory"
