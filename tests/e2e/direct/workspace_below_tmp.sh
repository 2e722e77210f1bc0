# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A checkout that lies in /tmp stays visible at its own path.
. "$E2E/lib.sh"

dir=$(mktemp -d /tmp/isorun-e2e.XXXXXX)
trap 'rm -rf "$dir"' EXIT
echo here >"$dir/file"
cd "$dir" || fail "no directory"
expect 0 isorun sh -c 'pwd; cat file; echo new >other'
prints "$dir
here"
[ "$(cat other)" = new ] || fail "the shared workspace was not written"
