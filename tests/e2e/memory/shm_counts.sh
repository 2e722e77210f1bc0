# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What a test writes to its private directories counts as its memory, and a full one
# says ENOSPC before the memory limit kills.
. "$E2E/lib.sh"

need_namespaces
expect 1 isorun --memory 64M "$PROBE" write /tmp/big 200M
says 'No space left'
