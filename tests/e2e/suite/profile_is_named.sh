# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A profile keeps its name when its prepared bytes are found from the run before.
. "$E2E/lib.sh"

echo false >tests
for _ in 1 2; do
	expect 1 isorun suite --profile strict --json events.json lines:tests
	has '"profile": *"strict"' events.json
	grep -q 'run it alone: .* --profile strict ' "$out" || fail "the profile is not named"
done
