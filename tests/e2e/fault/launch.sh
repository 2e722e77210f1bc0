# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A system call of the launch that fails, or at which a process of it is killed:
# isorun says so and ends, the command runs in the sandbox that was asked for or
# not at all, and nothing is left.  `make check-faults` does so with all calls,
# more errors and more kinds of launches.
. "$E2E/lib.sh"

need_faults
if [ "${FAULTS-}" = all ]; then
	for options in '' '--profile strict' '--workspace overlay' '--share pid' '--profile shared' \
		'--net none --workspace readonly --hide /usr/games --bind /usr:/mnt' \
		'--status .record'; do
		# shellcheck disable=SC2086 # a list of words
		faults ENOMEM,EPERM,ENOSPC,EMFILE,EINTR,short,kill -- --memory 64M $options
	done
	exit 0
fi
faults -f ENOMEM,kill -- --memory 64M
faults -f short,EPERM -- --memory 64M --workspace overlay
