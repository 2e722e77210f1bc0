# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154
# A C program's commands go out where the profile says nat, and it is left with
# no child.
. "$E2E/lib.sh"

need_namespaces
need_nat
. "$E2E/library/installed"

# shellcheck disable=SC2046,SC2086 # lists of words
expect 0 "${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L $warn -o use "$E2E/library/use.c" \
	$(flags --cflags --libs)
export LD_LIBRARY_PATH="$lib"
cp -r "$profiles" own
sed -i 's/^mode = loopback/mode = nat/' own/default.ini
serve 0.0.0.0 port
expect 0 ./use "$PWD/run/isorun" "$PWD/own" \
	python3 -c "$hear" "$(own_address)" "$(cat port)"
prints "hello
outcome 0, exit status 0, signal 0, leftovers 0"
expect 0 ./use "$PWD/run/isorun" "$profiles" \
	python3 -c "$hear" "$(own_address)" "$(cat port)"
has '^outcome 1, exit status 1'
