# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A size that is none is named, not guessed.
. "$E2E/lib.sh"

for size in 12Q -5 1.2.3M '' M 99999999999G; do
	expect 2 isorun --memory "$size" true
	says "--memory"
done
expect 2 isorun --memory 512 true
says 'less than 1M of memory; a number alone is in bytes'
