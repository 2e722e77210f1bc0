# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Python's own tests of what is near the system pass in strict as they do without.
. "$E2E/lib.sh"

run="python3 -m test -v test_mmap test_select test_selectors test_resource test_fcntl test_tempfile
	test_thread test_threading test_popen test_queue test_posix test_subprocess"
# shellcheck disable=SC2086 # a list of words
isorun --seccomp off --memory 1G $run >off.log 2>&1 </dev/null
want=$?
# shellcheck disable=SC2086 # a list of words
expect "$want" isorun --seccomp strict --memory 1G $run
tests() { sed -n 's/^\(test_[^ ]* ([^)]*)\) \.\.\. .*/\1/p; s/^\(test[^ ]*\) (\(.*\)) \.\.\. \([a-z]*\).*/\2 \3/p' "$1" | sort; }
tests off.log >off.txt
tests "$out" >strict.txt
[ "$(wc -l <off.txt)" -gt 100 ] || fail "too few tests ran: $(tail -n 5 off.log)"
diff off.txt strict.txt >"$err" || fail "other verdicts than without the policy"
