# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --version and --help go to standard output with status 0.
. "$E2E/lib.sh"

expect 0 isorun --version
has '^isorun [0-9]+\.[0-9]+'
expect 0 isorun --help
has '--memory'
for word in suite list status doctor profile history report; do
	expect 0 isorun $word --help
	[ -s "$out" ] || fail "$word --help is silent"
done
