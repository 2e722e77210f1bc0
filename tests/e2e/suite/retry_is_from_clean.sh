# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test that is tried again finds the tree as it was before the first try.
. "$E2E/lib.sh"

need_namespaces

printf 'sh -c "test ! -e again || exit 3; touch again; exit 1"\n' >tests
expect 1 isorun suite --retries 1 --workspace overlay --json events.json lines:tests
lacks '"exit_status": ?3' events.json
