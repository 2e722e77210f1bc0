# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# isorun inside of a sandbox that forbids namespaces does without, and says so.
. "$E2E/lib.sh"

need_namespaces
need_root
expect 5 isorun "$ISORUN" sh -c 'exit 5'
says '^isorun: warning: without .*namespaces \('
expect 125 isorun "$ISORUN" --strict sh -c 'exit 5'
says '^isorun: --strict: no '
