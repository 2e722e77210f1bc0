# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# isorun inside isorun works, or says why not.
. "$E2E/lib.sh"

need_root
expect 5 isorun --status outer.json sh -c "\"$ISORUN\" sh -c 'exit 5'"
