# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A kernel that has no netem: said, in the result too, and refused by --strict.
. "$E2E/lib.sh"
need_namespaces
"$ISORUN" doctor >doctor.txt 2>&1
grep -Eq '^ok +netem ' doctor.txt && skip "the kernel has netem"

printf '[profile]\ninherit = default\n[network]\ndelay = 20ms\nloss = 0.5%%\n' >slow.ini
expect 0 isorun --status used.json -p ./slow.ini echo ran
prints ran
says '^isorun: warning: without .*network delay 20ms loss 0.5% .*no netem'
grep -q 'network delay 20ms' used.json || fail "not in the result"
expect 125 isorun --strict -p ./slow.ini echo ran
prints ''
[ "$CGROUP" = none ] || says 'delay 20ms loss 0.5%: this kernel has no netem'
