# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What a test takes is remembered apart for each environment that changes its size; one
# that is known in another only starts from that, and says so.
. "$E2E/lib.sh"

origin() # of the one test that is listed with these options
{
	"$ISORUN" list --json "$@" lines:tests >"$out" 2>"$err" || fail "no list"
	json "$out" tests.0.mem_origin
}
unset OMP_NUM_THREADS ASAN_OPTIONS LD_PRELOAD
echo "sh -c 'sleep 0.3'" >tests
expect 0 isorun suite lines:tests
expect 0 isorun history
lacks 'KEY'
[ "$(origin)" = history ] || fail "not learned: $(origin)"
[ "$(origin --history-key debug)" = other-key ] || fail "$(origin --history-key debug)"
[ "$(OMP_NUM_THREADS=2 origin)" = other-key ] || fail "no variable counts"

expect 0 isorun suite --history-key debug lines:tests
expect 0 isorun suite --history-key debug --json j.json lines:tests
events j.json test-planned | grep -q '"mem_origin": \?"history"' || fail "not learned under its key"
[ "$(origin)" = history ] || fail "forgotten"
expect 0 isorun history
has '\[KEY\]$'
has "sleep 0.3'  \[debug\]\$"
has "sleep 0.3'  \[-\]\$"
expect 0 isorun history "sh -c 'sleep 0.3'"
has ' passed +debug$'

# The manifest says it, the command line wins.
printf '[suite]\nhistory-key = release\n[source]\nfrom = lines:tests\n' >isorun.ini
expect 0 isorun suite
expect 0 isorun history
has '\[release\]$'
expect 0 isorun suite --history-key other
expect 0 isorun history
has '\[other\]$'
expect 2 isorun suite --history-key 'a b' lines:tests
says "^isorun: option '--history-key': 'a b' is no word"
printf '[suite]\nhistory-key = a b\n' >bad.ini
expect 2 isorun suite bad.ini
says "bad.ini:2: 'a b' is no word"

# A program that is linked with a sanitizer says so itself.
echo 'int main(void) { return 0; }' >san.c
if command -v cc >/dev/null && cc -fsanitize=address -o san_test san.c 2>/dev/null &&
	./san_test; then
	expect 0 isorun suite exec:san_test
	expect 0 isorun history
	has 'san_test  \[asan\]$'
fi
