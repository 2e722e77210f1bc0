# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Old runs go by number or age; what still runs stays, and other projects do.
. "$E2E/lib.sh"

runs=$ISORUN_STATE_DIR/runs
count() { find "$runs" -mindepth 1 -maxdepth 1 -type d | wc -l; }
printf 'true\n' >tests
mkdir elsewhere
(cd elsewhere && "$ISORUN" suite -q lines:../tests >/dev/null 2>&1) || fail "the other project"

# The oldest is the one that still runs.
printf 'read x <"%s/go"\n' "$PWD" >waits
mkfifo go
"$ISORUN" suite --memory 16M --workspace shared lines:waits >waits.out 2>&1 </dev/null &
own $!
slow=$!
within 20 grep -q attempt-started "$runs"/*/events.jsonl
within 20 grep -lq "lines:waits" "$runs"/*/events.jsonl
within 20 sh -c "grep -l lines:waits '$runs'/*/events.jsonl | xargs grep -q attempt-started"
for i in 1 2 3; do
	expect 0 isorun suite --memory 16M -q lines:tests
done
[ "$(count)" = 5 ] || fail "not five runs"
expect 2 isorun history prune
says 'history prune needs --older-than TIME or --keep-runs N'
expect 0 isorun history prune --keep-runs 1
prints 'forgot 2 attempts, removed 2 runs; 1 that still runs stays'
[ "$(count)" = 3 ] || fail "not three runs left"
expect 0 isorun report
echo >go
wait "$slow" || fail "the slow run failed"
grep -q '1 passed' waits.out || fail "the slow run lost its directory"

expect 0 isorun history prune --older-than 30d
prints 'forgot 0 attempts, removed 0 runs'
expect 0 isorun history prune --older-than 1ms
prints 'forgot 2 attempts, removed 2 runs'
[ "$(count)" = 1 ] || fail "the other project's is gone"
expect 0 isorun history prune --older-than 1ms --all-projects
[ "$(count)" = 0 ] || fail "the other project's is left"
[ ! -h "$runs/last" ] || fail "a link to nowhere is left"
expect 0 isorun suite --memory 16M -q lines:tests
