# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Two wrapped commands whose demands do not fit together run one after the other.
. "$E2E/lib.sh"

for i in 1 2; do
	"$ISORUN" --budget 200M --memory 150M sh -c 'echo begin >>log; sleep 0.3; echo end >>log' &
	eval "own $!; pid$i=$!"
done
wait "$pid1" || fail "the first failed"
wait "$pid2" || fail "the second failed"
[ "$(tr '\n' ' ' <log)" = "begin end begin end " ] || fail "they overlapped: $(cat log)"
