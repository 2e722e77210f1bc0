# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Every property of a test has the same effect as under ctest: each test of a project
# with all of them comes out the same, and what it sees is the same.
. "$E2E/lib.sh"

need_cmd cmake
need_cmd ctest
mkdir project
cd project || exit
echo hello >there
cat >CMakeLists.txt <<-'END'
	cmake_minimum_required(VERSION 3.10)
	project(all NONE)
	enable_testing()
	function(t name script)
	  add_test(NAME ${name} COMMAND sh -c "${script}")
	endfunction()
	macro(p name)
	  set_property(TEST ${name} PROPERTY ${ARGN})
	endmacro()
	set(S ${CMAKE_SOURCE_DIR})
	t(ignored "exit 1")
	t(pass "exit 0")
	p(pass LABELS quick db memory=40M)
	p(pass PROCESSORS 2)
	p(pass COST 7)
	p(pass RESOURCE_LOCK port "a lock with a long name and blanks")
	p(pass RESOURCE_GROUPS "2,gpus:3")
	t(fail "exit 3")
	p(fail RUN_SERIAL TRUE)
	t(status77 "exit 77")
	t(cwd "test -e there")
	p(cwd WORKING_DIRECTORY ${S})
	t(env [[test "$A:$B" = '1:x y']])
	p(env ENVIRONMENT A=1 "B=x y")
	t(changed [[test "$P:$Q:${HOME-none}" = '/a:/b:seven:none']])
	p(changed ENVIRONMENT P=/b)
	p(changed ENVIRONMENT_MODIFICATION P=path_list_prepend:/a Q=set:seven HOME=unset:)
	t(will_fail "exit 1")
	p(will_fail WILL_FAIL TRUE)
	t(will_not_fail "exit 0")
	p(will_not_fail WILL_FAIL TRUE)
	t(skip_code "exit 5")
	p(skip_code SKIP_RETURN_CODE 5)
	t(skip_regex "echo no gpu && exit 1")
	p(skip_regex SKIP_REGULAR_EXPRESSION other "no g.u")
	t(pass_regex "echo all good && exit 1")
	p(pass_regex PASS_REGULAR_EXPRESSION "a{2}" "l goo")
	t(no_pass_regex "echo all bad")
	p(no_pass_regex PASS_REGULAR_EXPRESSION "goo+d")
	t(pass_lines "echo one && echo two")
	p(pass_lines PASS_REGULAR_EXPRESSION "one.two")
	t(braces "echo 'f{2}'")
	p(braces PASS_REGULAR_EXPRESSION "f{2}")
	t(fail_regex "echo 'Error: 7'")
	p(fail_regex FAIL_REGULAR_EXPRESSION "[Ee]rror: [0-9]+")
	t(not_first "echo x && echo y")
	p(not_first FAIL_REGULAR_EXPRESSION "^y")
	t(files "exit 0")
	p(files REQUIRED_FILES "${S}/there")
	t(no_files "exit 0")
	p(no_files REQUIRED_FILES "${S}/there" "${S}/not-there")
	t(disabled "exit 1")
	p(disabled DISABLED TRUE)
	t(up "echo up >fixture")
	p(up FIXTURES_SETUP db)
	t(use "grep up fixture")
	p(use FIXTURES_REQUIRED db)
	t(down "rm fixture")
	p(down FIXTURES_CLEANUP db)
	t(bad_up "exit 1")
	p(bad_up FIXTURES_SETUP bad)
	t(bad_use "exit 0")
	p(bad_use FIXTURES_REQUIRED bad)
	t(bad_down "exit 0")
	p(bad_down FIXTURES_CLEANUP bad)
	t(later "test -e first")
	p(later DEPENDS first)
	t(first "sleep 0.1 && echo >first")
	t(slow "exec sleep 30")
	p(slow TIMEOUT 0.2)
	t(crash "kill -SEGV $$")
	t(will_crash "kill -SEGV $$")
	p(will_crash WILL_FAIL TRUE)
	add_subdirectory(sub)
	add_test(NAME no_program COMMAND not-a-program-at-all)
END
mkdir sub
echo 'add_test(NAME below COMMAND sh -c "test -e CTestTestfile.cmake")' >sub/CMakeLists.txt
cmake -S . -B build >../cmake 2>&1 || fail "cmake: $(cat ../cmake)"
cp -R build plain
sed -i "s|$PWD/build|$PWD/plain|g" plain/CTestTestfile.cmake
printf 'set(CTEST_CUSTOM_TESTS_IGNORE ignored)\n' >build/CTestCustom.cmake
cp build/CTestCustom.cmake plain
(cd plain && ctest --output-junit plain.xml >../ctest.out 2>&1)
expect 1 isorun suite --junit junit.xml ctest:build
[ ! -e build/Testing ] || fail "ctest's log of its last run was overwritten"
python3 - plain/plain.xml junit.xml <<-'END' || fail "not as ctest has it"
	import sys, xml.etree.ElementTree as tree
	def of_ctest(case):
	    status = case.get("status")
	    message = [e.get("message", "") for e in case.iter("skipped")]
	    if status == "disabled" or any("SKIP" in m for m in message):
	        return "skipped"
	    return {"run": "passed", "fail": "failed"}.get(status, "not run")
	def of_isorun(case):
	    kinds = {e.tag for e in case}
	    return ("failed" if "failure" in kinds else "not run" if "error" in kinds
	            else "skipped" if "skipped" in kinds else "passed")
	theirs = {c.get("name"): of_ctest(c) for c in tree.parse(sys.argv[1]).iter("testcase")}
	ours = {c.get("name"): of_isorun(c) for c in tree.parse(sys.argv[2]).iter("testcase")}
	bad = 0
	for name in sorted(set(theirs) | set(ours)):
	    if theirs.get(name) != ours.get(name):
	        print(name, "ctest:", theirs.get(name), "isorun:", ours.get(name))
	        bad = 1
	sys.exit(bad or len(ours) != 32)
END
has "no_program: its program is not there: build first"
has "bad_use: it depends on 'bad_up': failed"
[ ! -e build/fixture ] || fail "the fixture was not cleared away"

expect 0 isorun list --json ctest:build
python3 - "$out" "$PWD" <<-'END' || fail "what the list has of the properties"
	import json, sys
	with open(sys.argv[1]) as f:
	    tests = {t["test"]: t for t in json.load(f)["tests"]}
	t = tests["pass"]
	assert sorted(t["tags"]) == ["db", "memory=40M", "quick"], t
	assert t["mem_bytes"] == 40 << 20 and t["mem_origin"] == "declared", t
	assert t["cpus_milli"] == 2000 and t["priority"] == 7000, t
	assert "port" in t["locks"] and len(t["locks"]) == 2, t
	assert t["tokens"] == [] and t["origin"].startswith(sys.argv[2] + "/CMakeLists.txt:"), t
	assert tests["fail"]["exclusive"], tests["fail"]
	assert tests["later"]["after"] == ["first"] and tests["use"]["depends"] == ["up"]
	assert tests["use"]["workspace"] == "shared" and t["workspace"] == "overlay"
END
# Slots of a resource are tokens where somebody says that there are any.
expect 0 isorun suite --have gpus=6 --json run.json -m quick build
has '"gpus=6"' run.json
expect 2 isorun suite --have gpus=5 -m quick ctest:build
says "test 'pass'"
expect 0 isorun suite -k 'use and not bad' ctest:build
has '^3 passed'
