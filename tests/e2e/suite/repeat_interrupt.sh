# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Ctrl-C ends what would go on for ever; what passed until then has passed.
. "$E2E/lib.sh"

printf 'true\n' >tests
"$ISORUN" suite --repeat until-fail --json events.json lines:tests >"$out" 2>"$err" </dev/null &
own $!
within 20 grep -q '"repetition 3"' events.json
kill -TERM $!
wait $!
[ $? = 0 ] || fail "it did not pass"
has '1 passed, 0 failed'
