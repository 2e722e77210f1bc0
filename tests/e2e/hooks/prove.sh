# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# prove, which runs its files by a command.
. "$E2E/lib.sh"

need_cmd prove
clashing
mkdir t
for i in $(seq 40); do
	printf '#!/bin/sh\n./clash %s >/dev/null || printf "not "\necho ok 1\necho 1..1\n' "$i" >"t/$i.t"
	chmod +x "t/$i.t"
done
hooked "prove -j8 --exec '' t" 'prove -j8 --exec isorun t'
has '^Files=40, Tests=40,'
