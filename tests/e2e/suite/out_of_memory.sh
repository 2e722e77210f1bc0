# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test killed for memory is run again with more until it passes, and both are labelled.
. "$E2E/lib.sh"

echo "$PROBE alloc 150M --hold 500ms" >tests
expect 0 isorun suite --memory 48M --budget 600M --json events.json lines:tests
has '"out-of-memory"' events.json
has '"passed"' events.json
