# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Pasta that ends before the test does is told: the test may have failed for it.
. "$E2E/lib.sh"

need_namespaces
need_nat

"$ISORUN" --net nat --status status.json sh -c 'echo up; until [ -e go ]; do sleep 0.02; done' \
	>log 2>err.log &
launcher=$!
own $launcher
within 10 grep -q up log
for pid in $(below $launcher); do
	grep -q '^pas[st]' "/proc/$pid/comm" 2>/dev/null && pasta=$pid
done
kill -9 "${pasta:?no pasta}"
within 10 gone_child "$pasta"
touch go
wait $launcher || fail "the test failed"
grep -q 'without network nat (pasta ended before the test)' err.log || fail "no word: $(cat err.log)"
json status.json degraded >list
has 'pasta ended before the test' list
expect 0 isorun --net nat --status status.json true
json status.json degraded >list
lacks pasta list
