# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What fails, is slower or larger since a run; what noise explains is left out.
. "$E2E/lib.sh"

cat >isorun.ini <<'END'
[test breaks]
command = test ! -e worse

[test slower]
command = test ! -e worse || sleep 0.8

[test same]
command = sleep 0.05
END
expect 0 isorun suite --repeat 5
before=$(readlink "$ISORUN_STATE_DIR/runs/last")
expect 0 isorun history --since "$before"
has "^nothing became worse since $before: 0 attempts"
touch worse
expect 1 isorun suite --repeat 2
expect 0 isorun history --since "$before"
has '^fail now$'
has '^  breaks: failed, passed before$'
has '^slower$'
has '^  slower: .* instead of .* \(\+[0-9]+ %, 2 attempts and 5 before\)$'
lacks same
expect 0 isorun history --since "$before" --json
cp "$out" since.json
[ "$(json since.json changes.0.kind)" = fails ] || fail "no failure in JSON"
expect 2 isorun history --since 2001-01-01
says "run '2001-01-01': the history of project '.*' does not know it"
says '^hint: isorun history --runs'

# The runs, by the names that it takes, newest first.
expect 0 isorun history --runs
has '^BEGAN +TESTS +FAILED +ATTEMPTS +RUN +COMMAND$'
has "^20[^ ]* +3 +0 +15 +$before +isorun suite --repeat 5\$"
sed -n 2p "$out" | grep -Eq "^20[^ ]* +3 +1 +6 .* isorun suite --repeat 2\$" || fail "not the newest"
rm -r "$ISORUN_STATE_DIR/runs/$before"
expect 0 isorun history --runs --json
cp "$out" runs.json
[ "$(json runs.json runs.1.run)" = "$before" ] || fail "a run without a directory is forgotten"
[ "$(json runs.json runs.0.failed)" = 1 ] || fail "no count in JSON"
expect 2 isorun history --runs --slowest
