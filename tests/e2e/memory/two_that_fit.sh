# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Two wrapped commands that fit together run at the same time.
. "$E2E/lib.sh"

mkfifo one two
"$ISORUN" --budget 400M --memory 150M sh -c 'echo hello >one; read x <two' &
first=$!
own $first
"$ISORUN" --budget 400M --memory 150M sh -c 'read x <one; echo hello >two' &
second=$!
own $second
within 20 gone_child $first
wait $first || fail "the first failed"
wait $second || fail "the second failed"
