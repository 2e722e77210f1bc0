# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Wrapped commands with one lock follow one another, those that share it overlap; a suite's
# locks of that name are its own.
. "$E2E/lib.sh"

limits="--budget 800M --memory 50M -t 20s"
for i in 1 2 3 4; do
	# shellcheck disable=SC2086 # words
	"$ISORUN" $limits --lock db sh -c 'mkdir held && sleep 0.05 && rmdir held' &
	eval "own $!; c$i=$!"
done
# shellcheck disable=SC2154 # by eval
for pid in $c1 $c2 $c3 $c4; do
	wait "$pid" || fail "two held it at once"
done
for i in 1 2; do
	# shellcheck disable=SC2086
	"$ISORUN" $limits --lock db:shared sh -c 'echo >>in
		until [ "$(wc -l <in)" = 2 ]; do sleep 0.02; done' &
	eval "own $!; c$i=$!"
done
wait "$c1" && wait "$c2" || fail "two that share it did not meet"

# shellcheck disable=SC2086
"$ISORUN" $limits --lock db sh -c 'echo >ready; until [ -s go ]; do sleep 0.02; done' &
holder=$!
own $holder
within 10 test -s ready
echo true >tests
# shellcheck disable=SC2086
expect 0 isorun suite $limits --lock db lines:tests
echo >go
wait $holder || fail "the holder failed"

# Two suites of one tree have one lock, those of two trees two.
mkdir other
echo 'echo >ready-suite; until [ -s go-suite ]; do sleep 0.02; done' >holds
# shellcheck disable=SC2086
"$ISORUN" suite $limits --workspace shared --lock db lines:holds >held 2>&1 &
holder=$!
own $holder
within 10 test -s ready-suite
# shellcheck disable=SC2086
"$ISORUN" suite $limits --lock db lines:tests >same 2>&1 &
same=$!
own $same
within 10 grep -q "waits for the lock 'db', which others hold" same
cp tests other
# shellcheck disable=SC2086
(cd other && expect 0 isorun suite $limits --lock db lines:tests) || exit 1
echo >go-suite
wait $holder || fail "the first suite failed"
wait $same || fail "the second suite failed"
