# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What is wrong in a policy is told with its place and its cure, and nothing runs.
. "$E2E/lib.sh"

expect 2 isorun --seccomp defualt touch ran
says "seccomp 'defualt': there is no such policy"
says "hint: did you mean 'default'"
expect 2 isorun --seccomp ./none.ini touch ran
says "none.ini"
printf '[policy]\ninherit = default\n[refuse]\ncalls = mont\n' >bad.ini
expect 2 isorun --seccomp ./bad.ini touch ran
says "bad.ini:4: 'mont' is no system call"
says "hint: did you mean 'mount'"
printf '[policy]\ninherit = default\n[refuse]\nioctl = int1 == TIOCSTY\n' >bad.ini
expect 2 isorun profile --seccomp ./bad.ini
says "bad.ini:4: .*'TIOCSTY' is no number"
printf '[profile]\ninherit = default\n[process]\nseccomp = strct\n' >p.ini
expect 2 isorun -p ./p.ini touch ran
says "profile './p.ini': seccomp 'strct': there is no such policy"
printf '[profile]\ninherit = default\n[process]\nseccomp = a/b\n' >p.ini
expect 2 isorun -p ./p.ini touch ran
says "p.ini:4: seccomp 'a/b': expected a policy's name or /FILE, or off"
[ ! -e ran ] || fail "the command ran"
