# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A failure whose cause may be the sandbox is told with what to do about it, and none of
# that is said of others.
. "$E2E/lib.sh"

cat >tests <<END
sleep 1000
sh -c 'echo cannot: Read-only file system; exit 1'
sh -c 'echo disk: No space left on device; exit 1'
sh -c 'echo ping: Network is unreachable; exit 1'
sh -c 'echo clock: Operation not permitted; exit 1'
sh -c 'echo Connection refused; exit 3'
sh -c 'echo No space left on device; exit 0'
END
expect 1 isorun suite --timeout 300ms lines:tests
[ "$(grep -c '^  hint: ' "$out")" = 5 ] || fail "$(grep -c '^  hint: ' "$out") hints instead of 5"
has '^  hint: --timeout TIME'
has '^  hint: its sandbox has this path read-only: --bind'
has '^  hint: its private directories are full: --tmp-size'
has '^  hint: it has a network of its own: --net'
has '^  hint: if a system call was refused, --seccomp-log'

# Who has said it already knows.
expect 1 isorun suite --timeout 300ms --net host --tmp-size 10M --seccomp off lines:tests
[ "$(grep -c '^  hint: ' "$out")" = 2 ] || fail "$(grep -c '^  hint: ' "$out") hints instead of 2"

printf "'%s' alloc 120M --hold 20s\n" "$PROBE" >tests
expect 1 isorun suite --memory 60M --budget 60M --retries 0 lines:tests
has '^  hint: it had the whole budget: --budget'
