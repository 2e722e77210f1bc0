# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Tests of a Meson project come out as under `meson test`, see the same environment and
# run with what each was given.
. "$E2E/lib.sh"

need_cmd meson
need_cmd ninja
mkdir project
cd project || exit
cat >case.sh <<-'END'
	#!/bin/sh
	eval "$1"
END
chmod +x case.sh
cat >meson.build <<-'END'
	project('all', meson_version: '>=0.58')
	case = find_program('case.sh')
	test('pass', case, args: ['exit 0'], suite: ['quick', 'db'], priority: 7)
	test('fail', case, args: ['exit 3'], is_parallel: false)
	test('skip', case, args: ['exit 77'])
	test('hard', case, args: ['exit 99'], should_fail: true)
	test('should_fail', case, args: ['exit 1'], should_fail: true)
	test('should_crash', case, args: ['kill -ABRT $$'], should_fail: true)
	test('should_not_pass', case, args: ['exit 0'], should_fail: true)
	test('crash', case, args: ['kill -SEGV $$'])
	test('slow', case, args: ['exec sleep 30'], timeout: 1)
	test('endless', case, args: ['exit 0'], timeout: 0)
	test('cwd', case, args: ['test -e build.ninja'])
	test('workdir', case, args: ['test -e case.sh'], workdir: meson.current_source_dir())
	test('env', case, args: ['test "$A:$B" = "1:x y"'], env: ['A=1', 'B=x y'])
	e = environment()
	e.prepend('PATH', '/made/up')
	test('path', case, args: ['case $PATH in /made/up:*/*) ls >/dev/null;; *) exit 1;; esac'],
	     env: e)
	test('tap', case, args: ['echo 1..1; echo ok 1'], protocol: 'tap')
	test('tap_fail', case, args: ['echo 1..1; echo not ok 1'], protocol: 'tap')
	test('tap_should_fail', case, args: ['echo 1..1; echo not ok 1'], protocol: 'tap',
	     should_fail: true)
	test('tap_skip', case, args: ['echo 1..0 # SKIP nothing'], protocol: 'tap')
	test('same', case, args: ['exit 0'])
	test('same', case, args: ['exit 0'], suite: 'other')
	made = custom_target('made', output: 'made.txt', command: ['touch', '@OUTPUT@'])
	test('depends', case, args: ['test -e made.txt'], depends: made)
END
meson setup build >../setup 2>&1 || fail "meson: $(cat ../setup)"

# Not built yet: who needs what is missing says so.
expect 1 isorun suite -k depends meson:build
has "depends: '$PWD/build/made.txt' is not there: build first \(meson compile -C $PWD/build\)"

meson setup plain >/dev/null 2>&1
meson test -C plain --num-processes 4 >../meson.out 2>&1
ninja -C build made.txt >/dev/null 2>&1 || fail "ninja"
expect 1 isorun suite --junit junit.xml build
python3 - plain/meson-logs/testlog.json junit.xml <<-'END' || fail "not as meson has it"
	import json, sys, xml.etree.ElementTree as tree
	of_meson = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}
	with open(sys.argv[1]) as f:
	    logs = [json.loads(line) for line in f]
	theirs = sorted((t["name"].split(" / ")[-1], of_meson.get(t["result"], "failed"))
	                for t in logs)
	def of_isorun(case):
	    kinds = {e.tag for e in case}
	    return ("failed" if kinds & {"failure", "error"} else
	            "skipped" if "skipped" in kinds else "passed")
	ours = sorted((c.get("name").removesuffix("~2"), of_isorun(c))
	              for c in tree.parse(sys.argv[2]).iter("testcase"))
	for a, b in zip(theirs, ours):
	    if a != b:
	        print("meson:", a, "isorun:", b)
	sys.exit(theirs != ours or len(ours) != 21)
END
expect 0 isorun list --json meson:build
python3 - "$out" <<-'END' || fail "what the list has of the tests"
	import json, sys
	with open(sys.argv[1]) as f:
	    tests = {t["test"]: t for t in json.load(f)["tests"]}
	assert tests["pass"]["tags"] == ["all:quick", "quick", "all:db", "db"], tests["pass"]
	assert tests["pass"]["priority"] == 7 and tests["pass"]["timeout_ns"] == 30 * 10**9
	assert tests["fail"]["exclusive"] and not tests["pass"]["exclusive"]
	assert "timeout_ns" not in tests["endless"] and tests["hard"]["will_fail"]
END
expect 0 isorun suite -m quick meson:build
has '^1 passed'
expect 2 isorun suite meson:..
says "there is no meson-info in it"
