# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# isorun inside of a sandbox that forbids namespaces says so in words.
. "$E2E/lib.sh"

need_root
expect 125 isorun "$ISORUN" sh -c 'exit 5'
says '^isorun: .*namespaces'
says '^hint: '
