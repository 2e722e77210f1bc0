# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Who asks the machine how much memory it has is told what the test may use.
. "$E2E/lib.sh"

kib() { awk -v key="$1:" '$1 == key { print $2 }' "$out"; } # kib KEY: in the output

# shellcheck disable=SC2016 # expanded by the inner shell
expect 0 bare --memory 96M -- sh -c 'echo "$NPY_AVAILABLE_MEM"'
prints 100663296
# shellcheck disable=SC2016
expect 0 env NPY_AVAILABLE_MEM=7 "$PROBE" refuse-namespaces "$ISORUN" --memory 96M -- \
	sh -c 'echo "$NPY_AVAILABLE_MEM"'
prints 7

need_namespaces
expect 0 isorun --memory 96M -- cat /proc/meminfo
[ "$(kib MemTotal)" = 98304 ] || fail "MemTotal is '$(kib MemTotal)' instead of 98304"
for key in MemFree MemAvailable; do # less than there is: programs assert that
	[ "$(kib $key)" = 97280 ] || fail "$key is '$(kib $key)' instead of 97280"
done
[ "$(kib SwapFree)" = 0 ] || fail "SwapFree is '$(kib SwapFree)'"
cut -d: -f1 "$out" >keys
cut -d: -f1 /proc/meminfo | cmp - keys || fail "other lines than the host's"

# Never more than the machine has.
host=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)
expect 0 isorun --memory 4000G -- cat /proc/meminfo
[ "$(kib MemTotal)" -le "$host" ] || fail "MemTotal $(kib MemTotal) of $host"

expect 0 isorun --memory 96M --meminfo host -- cat /proc/meminfo
[ "$(kib MemTotal)" = "$host" ] || fail "the host's MemTotal is '$(kib MemTotal)'"
expect 2 isorun --meminfo mine -- true
says "unknown value 'mine'|mine"

# One that may grow sees the whole budget, wherever it begins.
printf 'cat /proc/meminfo\n' >lines.txt
expect 0 isorun suite --budget 256M --json run.json lines:lines.txt
expect 0 grep -rh MemAvailable "$ISORUN_STATE_DIR/runs"
[ "$(kib MemAvailable)" = 261120 ] || fail "a suite's test sees '$(kib MemAvailable)'"

# Without a private directory, too, and over no more of /proc than that file.
printf '[filesystem]\nprivate = none\n[namespaces]\nown = mount pid\n[network]\nmode = host\n' >bare.ini
expect 0 isorun -p ./bare.ini --memory 96M -- cat /proc/meminfo
[ "$(kib MemTotal)" = 98304 ] || fail "without private directories MemTotal is '$(kib MemTotal)'"
expect 0 isorun --memory 96M -- sh -c 'grep -q Name /proc/self/status && ! test -e /tmp/meminfo'
