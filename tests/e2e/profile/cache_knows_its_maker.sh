# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What is kept of a compiled profile is used only as long as the program that
# compiled it stays the same: a newer one may filter more.
. "$E2E/lib.sh"

dir=$XDG_RUNTIME_DIR/isorun
[ "$(id -u)" != 0 ] || dir=/run/isorun
expect 0 isorun true
grep -aq '^file .*/isorun-full$' "$dir"/prepared-* || fail "no word of the maker in $dir"
