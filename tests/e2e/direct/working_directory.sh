# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The working directory is the caller's, below any path.
. "$E2E/lib.sh"

mkdir -p 'deep/er dir'
cd 'deep/er dir' || fail "no directory"
expect 0 isorun pwd
prints "$PWD"
