# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test that passes when it is tried again is flaky, and the suite passes.
. "$E2E/lib.sh"

printf 'sh -c "test -e again || { touch again; exit 1; }"\n' >tests
expect 0 isorun suite --retries 2 --workspace shared --json events.json lines:tests
has '"flaky"' events.json
rm again
expect 1 isorun suite --retries 0 --workspace shared lines:tests
