# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --strict changes nothing where everything can be isolated and limited.
. "$E2E/lib.sh"

need_root
need_cgroup
expect 9 isorun --strict --memory 64M sh -c 'exit 9'
quiet
