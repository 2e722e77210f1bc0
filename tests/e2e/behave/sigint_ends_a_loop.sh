# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A command that SIGINT ended takes isorun with it, by the same signal: a shell
# ends its loop by that.  Other signals are told by 128+n.
. "$E2E/lib.sh"

# The number as wait(2) tells it: negative for a signal.
ended_by()
{
	python3 - "$@" <<-'END'
		import signal, subprocess, sys
		signal.signal(signal.SIGINT, signal.default_int_handler)
		print(subprocess.run(sys.argv[1:]).returncode)
	END
}

# shellcheck disable=SC2016 # expanded by the inner shell
got=$(ended_by "$ISORUN" sh -c 'kill -INT $$')
[ "$got" = -2 ] || fail "SIGINT: gave $got instead of -2"
# shellcheck disable=SC2016
got=$(ended_by "$ISORUN" sh -c 'kill -TERM $$')
[ "$got" = 143 ] || fail "SIGTERM: gave $got instead of 143"
# shellcheck disable=SC2016
expect 130 isorun sh -c 'kill -INT $$'
