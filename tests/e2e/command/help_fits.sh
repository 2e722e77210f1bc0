# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The help of every command fits on a terminal of 80 columns.
. "$E2E/lib.sh"

for command in "" doctor history list plan profile report shell status suite; do
	# shellcheck disable=SC2086 # none is a command, too
	expect 0 isorun $command --help
	lacks '.{81}'
done
