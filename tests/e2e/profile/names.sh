# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# isorun profile lists the profiles, shows one resolved and checks one.
. "$E2E/lib.sh"

expect 0 isorun profile
for name in default strict shared network; do
	has "$name"
	cp "$out" names
	expect 0 isorun profile $name
	has 'seccomp'
	cp names "$out"
done
