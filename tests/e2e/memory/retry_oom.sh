# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --retry-oom runs a killed command again with more memory until it passes.
. "$E2E/lib.sh"

# Below 16M no limit grows.
expect 0 isorun --retry-oom --memory 12M --budget 400M "$PROBE" alloc 100M --hold 500ms
says 'memory'
