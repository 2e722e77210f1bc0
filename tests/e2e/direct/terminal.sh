# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A terminal stays the test's controlling terminal, and job control is the caller's.
. "$E2E/lib.sh"

need_cmd script
cat >job <<-END
	"$ISORUN" sh -c 'test -t 0 && test -t 1 && tty && echo on a terminal'
END
expect 0 script -qec 'sh ./job' /dev/null
has 'on a terminal'
has '^/dev/pts/'
