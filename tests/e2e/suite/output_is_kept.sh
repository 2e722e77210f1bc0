# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The output of a failed test is shown, that of one that passed is not.
. "$E2E/lib.sh"

printf 'sh -c "echo loud and wrong; exit 1"\nsh -c "echo all is well"\n' >tests
isorun suite --junit junit.xml lines:tests >"$out" 2>&1
has '^ *.*loud and wrong'
grep -v 'sh -c' "$out" >rest
lacks 'all is well' rest
has 'loud and wrong' junit.xml
