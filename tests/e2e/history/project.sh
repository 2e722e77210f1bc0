# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A project is a tree by its path: from below it is known, a copy begins with what is
# imported.
. "$E2E/lib.sh"

mkdir -p tree/below
printf '[test a]\ncommand = true\n' >tree/isorun.ini
known() { isorun list --json "$@" | grep -q expected_ns; }
cd tree || exit
expect 0 isorun suite
known . || fail "not where it ran"
expect 0 isorun history export ../known.db
cd below || exit
known .. || fail "not from below"
cd ../.. || exit
known tree && fail "from above it is another project's"
cp -r tree copy
cd copy || exit
known . && fail "a copy is another project"
expect 0 isorun history import ../known.db
known . || fail "not imported"
