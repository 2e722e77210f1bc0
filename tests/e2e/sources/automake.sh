# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Tests of an automake project, built beside its sources, come out as under `make check`,
# see the same environment, and nothing is made by asking for them.
. "$E2E/lib.sh"

need_cmd automake
need_cmd make
mkdir -p project/sub project/deep
cd project || exit
test_of() # test_of NAME CODE
{
	printf '#!/bin/sh\n%s\n' "$2" >"$1"
	chmod +x "$1"
}
test_of pass 'exit 0'
test_of fail 'exit 3'
test_of skip 'exit 77'
test_of hard 'exit 99'
test_of xfail 'exit 1'
test_of xhard 'exit 99'
test_of xcrash 'kill -ABRT $$'
test_of xpass 'exit 0'
test_of crash 'kill -SEGV $$'
test_of environment 'test "$A:$B:$C:$name" = "x y:2:3:environment" && echo redirected >&9'
test_of place 'test "$srcdir" = .. && test -f Makefile && test -f "$srcdir/configure"'
test_of deep/writes 'echo into a directory of the log >deep/written'
echo 'test -f of-first' >second.test
echo 'echo >of-first' >first.test
test_of tap-xfail.tap 'echo 1..1; echo not ok 1'
test_of tap-pass.tap 'echo 1..2; echo ok 1; echo ok 2 \# SKIP'
test_of tap-fail.tap 'echo 1..1; echo not ok 1'
test_of tap-status.tap 'echo 1..1; echo ok 1; exit 3'
test_of tap-skip.tap 'echo "1..0 # SKIP nothing"'
test_of sub/in-sub 'test "$srcdir" = ../../sub && test "$D" = of-sub && test "$C" = 3'
echo 'test "$1" = --flag && case $- in *e*) ;; *) exit 1 ;; esac' >compiled.test
cat >compile <<-'END'
	#!/bin/sh
	exec sh -e "$2" "$1"
END
chmod +x compile
cat >configure.ac <<-'END'
	AC_INIT([all], [1])
	AC_CONFIG_AUX_DIR([.])
	AC_REQUIRE_AUX_FILE([tap-driver.sh])
	AM_INIT_AUTOMAKE([foreign])
	AC_PROG_AWK
	AC_CONFIG_FILES([Makefile sub/Makefile])
	AC_OUTPUT
END
cat >Makefile.am <<-'END'
	SUBDIRS = sub
	export C = 3
	TEST_EXTENSIONS = .test .tap
	check_SCRIPTS = made
	made: ; printf '#!/bin/sh\nexit 0\n' >$@ && chmod +x $@
	TESTS = second.test pass fail skip hard xfail xhard xcrash xpass crash environment place \
		deep/writes first.test made compiled.test \
		tap-pass.tap tap-fail.tap tap-status.tap tap-skip.tap tap-xfail.tap
	XFAIL_TESTS = xfail xhard xcrash xpass tap-xfail.tap
	second.log: first.log
	AM_TESTS_ENVIRONMENT = A='x y'; export A; name=$$f; export name;
	TESTS_ENVIRONMENT = B=2
	AM_TESTS_FD_REDIRECT = 9>&1
	TEST_LOG_COMPILER = $(srcdir)/compile
	AM_TEST_LOG_FLAGS = --flag
	TAP_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/tap-driver.sh
	EXTRA_DIST = $(TESTS)
END
printf 'TESTS = in-sub\nAM_TESTS_ENVIRONMENT = D=of-sub; export D;\n' >sub/Makefile.am
mkdir build
{
	aclocal && autoconf && automake --add-missing && cd build && ../configure
} >../configured 2>&1 || fail "automake: $(cat ../configured)"

# Only asked: what was not built is not, and an old Makefile stays as it is.
touch -d '1 hour' ../Makefile.am
before=$(ls -l --time-style=full-iso Makefile ../Makefile.in)
expect 1 isorun suite -k 'made or second' automake:.
has "made: '$PWD/made' is not there: build first \(make -C $PWD check TESTS=\)"
has '^2 passed, 0 failed, 0 skipped, 1 not run'
[ "$before" = "$(ls -l --time-style=full-iso Makefile ../Makefile.in)" ] || fail "Makefile was made"
touch -d '1 hour ago' ../Makefile.am

expect 0 make check TESTS=
expect 1 isorun suite --junit junit.xml
rm -rf deep
make -k check >make.out 2>&1
python3 - junit.xml <<-'END' || fail "not as automake has it"
	import glob, os, re, sys, xml.etree.ElementTree as tree
	of_automake = {"PASS": "passed", "XFAIL": "passed", "SKIP": "skipped"}
	theirs = {}
	for path in glob.glob("**/*.trs", recursive=True):
	    results = re.findall(r":global-test-result: *(\w+)", open(path).read())
	    theirs[path[:-4]] = of_automake.get(results[0], "failed")
	def of_isorun(case):
	    kinds = {e.tag for e in case}
	    return ("failed" if kinds & {"failure", "error"} else
	            "skipped" if "skipped" in kinds else "passed")
	ours = {re.sub(r"\.(test|tap)$", "", c.get("name")): of_isorun(c)
	        for c in tree.parse(sys.argv[1]).iter("testcase")}
	for name in sorted(theirs | ours):
	    if theirs.get(name) != ours.get(name):
	        print(name, "automake:", theirs.get(name), "isorun:", ours.get(name))
	sys.exit(theirs != ours or len(ours) != 22)
END

# The serial harness, without 99 and with an environment of its own.
cd ..
sed -i 's/\[foreign\]/[foreign serial-tests]/' configure.ac
printf 'TESTS = xhard environment\nXFAIL_TESTS = xhard\n' >Makefile.am
echo "TESTS_ENVIRONMENT = A='x y' B=2 C=3 name=environment" >>Makefile.am
echo 'AM_TESTS_FD_REDIRECT = 9>&1' >>Makefile.am
mkdir serial
{
	aclocal && autoconf && automake --add-missing && cd serial && ../configure
} >../configured 2>&1 || fail "automake: $(cat ../configured)"
expect 0 make check
expect 0 isorun suite automake:.
has '^2 passed'

expect 2 isorun suite automake:..
says "there is no Makefile in it"
printf 'all:\nTESTS = xhard\n' >../sub/Makefile
expect 2 isorun suite automake:../sub
says "no Makefile there has TESTS of automake"
rm Makefile
printf 'x:\n\t$(error)\n$(error broken)\nam__x = 1\n' >Makefile
expect 2 isorun suite automake:.
says "'make' gave 2: Makefile:3: .*broken"
