# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Twelve tests that each need a third of the budget, of which nobody says so, with isorun
# as the launcher of ctest, prove and parallel: all pass, the kernel kills none, and at no
# time are the limits together above the budget.
. "$E2E/lib.sh"

need_cgroup
need_cmd ctest
need_cmd prove
need_cmd parallel
now_ms() { echo $(($(date +%s%N) / 1000000)); }
mkdir ctest t
for i in $(seq 12); do
	printf '#!/bin/sh\n%s && echo 1..1 && echo ok 1\n' \
		"'$PROBE' alloc 128M --steps 8 --over 100ms --hold 150ms" >t/$i.t
	chmod +x t/$i.t
	echo "add_test(t$i \"$PWD/launch\" \"$PWD/t/$i.t\")" >>ctest/CTestTestfile.cmake
done
cat >launch <<-END
	#!/bin/sh
	exec "$ISORUN" --budget 384M --retry-oom --status "$PWD/\$RUNNER/\$\$.json" -- "\$@"
END
chmod +x launch

runner() # runner COMMAND...
{
	export RUNNER="records-$1"
	mkdir "$RUNNER"
	begin=$(now_ms)
	expect 0 bounded 384 "$@"
	echo "$1: $(($(now_ms) - begin)) ms, $(grep '^limits:' "$err")"
	[ "$(cat "$RUNNER"/* | grep -Eo '"outcome": ?"passed"' | wc -l)" = 12 ] ||
		fail "$1: $(cat "$RUNNER"/* | grep -Eo '"outcome": ?"[a-z-]*"' | sort | uniq -c)"
	grep -Eh '"oom_kills": ?[1-9]' "$RUNNER"/* && fail "$1: the kernel killed"
	:
}
runner ctest --test-dir ctest -j8
runner prove -j8 --exec "$PWD/launch" t
runner parallel -j8 "$PWD/launch" ::: t/*
