# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Programs that list their cases.  Real ones, which take compilers and large packages, are
# run by `make check-suites T=sources`; these say the same words.
. "$E2E/lib.sh"

# fake NAME LISTING-OPTION: a program that lists what NAME.list holds, and says what it
# was asked to run.
fake()
{
	cat >"$1" <<-END
		#!/bin/sh
		case "\$*" in
		'$2') cat "\$(dirname "\$0")/$1.list" ;;
		*Skips*) cat "\$(dirname "\$0")/$1.skips" ;;
		*) printf "ran <%s>\\n" "\$*"; case "\$*" in *Bad*) exit 1 ;; esac ;;
		esac
	END
	chmod +x "$1"
}
ids() { isorun list "$@" | sed -nE '1d; /^ {33}/d; s/^ *([^ ]+ +){3}//p'; }
same() { [ "$1" = "$2" ] || fail "$3: '$1' instead of '$2'"; }

fake g --gtest_list_tests
cat >g.list <<'END'
Running main() from somewhere. Or so
A.
  One
  Bad
  DISABLED_Three
DISABLED_B.
  Four
Ty/0.  # TypeParam = int
  Works
Nums/P.
  Even/0  # GetParam() = 2
END
same "$(ids gtest:g | tr '\n' ' ')" 'g::A.One g::A.Bad g::Ty/0.Works g::Nums/P.Even/0 ' gtest
same "$(ids --granularity suite gtest:g | tr '\n' ' ')" 'g::A g::Ty/0 g::Nums/P ' suites
same "$(ids --granularity program gtest:g)" g program
printf '  Skips\n' >>g.list
printf '[ RUN      ] Nums/P.Skips\n[  SKIPPED ] 1 test, listed below:\n' >g.skips
# The report that it writes where nobody wants it himself is the matter of gtest.sh.
expect 1 env GTEST_OUTPUT=xml:report.xml "$ISORUN" suite gtest:g
has '  \| ran <--gtest_filter=A.Bad>'
has '^3 passed, 1 failed, 1 skipped'

fake c --list-test-names-only
printf 'adds, [well] "q"\nBad\\slash\n' >c.list
expect 1 isorun suite catch2:c
has '  \| ran <Bad\\\\slash>'
expect 0 isorun list --json catch2:c
has 'adds\\\\, \\\\\[well'

mkdir go
(cd go && fake w.test '-test.list .')
printf '%s\n' '=== RUN   TestSkips' '--- SKIP: TestSkips (0.00s)' PASS >go/w.test.skips
printf 'TestSkips\nTestA\nBenchmarkB\nExampleBad\n' >go/w.test.list
expect 1 isorun suite go:go/w.test
has '  \| ran <-test.paniconexit0 -test.run=\^ExampleBad\$ -test.v>'
has 'cd [^ ]*/go &&'
has '^1 passed, 1 failed, 1 skipped'

fake r '--list --format terse'
printf 'running 1 test\ntest result: ok. 0 passed; 0 failed; 1 ignored; 0 measured\n' >r.skips
printf 'm::Skips: test\nm::bad_Bad: test\nm::good: test\nm::fast: benchmark\n\n2 tests, 1 benchmark\n' >r.list
expect 1 isorun suite cargo:r
has '  \| ran <--exact m::bad_Bad>'
has '^1 passed, 1 failed, 1 skipped'

# What does not list: one line, and nothing ran.
: >g.list
expect 2 isorun suite gtest:g
says "gtest:g: '.*/g' lists no test"
printf '#!/bin/sh\necho no such option >&2\nexit 3\n' >g
expect 2 isorun suite gtest:g
says "gtest:g: '.*/g --gtest_list_tests' gave 3: no such option"
# A failure that says it was skipped is none the less one.
printf '#!/bin/sh\n[ "$1" != -test.list ] || { echo TestA; exit; }\necho "--- SKIP: TestA (0.00s)"\nexit 1\n' >go/w.test
expect 1 isorun suite go:go/w.test
has '^0 passed, 1 failed, 0 skipped'
# Cargo's name of the build is none of the test; what lies beside the program is no program.
fake r-0123456789abcdef '--list --format terse'
printf 'a: test\n' >r-0123456789abcdef.list
: >r-0123456789abcdef.d
[ "$(ids 'cargo:r-*')" = r::a ] || fail "$(ids 'cargo:r-*')"
expect 2 isorun suite go:absent
says 'go:absent: no file in .* matches'
