# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A time that is none is named, not guessed.
. "$E2E/lib.sh"

for time in 5x -3 1h2q '' s; do
	expect 2 isorun --timeout "$time" true
	says "--timeout"
done
