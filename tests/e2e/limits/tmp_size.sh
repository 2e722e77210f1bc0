# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --tmp-size bounds the private directories.
. "$E2E/lib.sh"

need_namespaces

expect 0 isorun --tmp-size 20M "$PROBE" write /tmp/f 10M
expect 1 isorun --tmp-size 20M "$PROBE" write /tmp/f 30M
says 'No space left'
