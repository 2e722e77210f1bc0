# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# lit says which tests it has, and runs each: by its file, or where that is not sure by its name.
. "$E2E/lib.sh"

PATH=/usr/bin:$PWD/bin:$PATH
mkdir bin suite suite/sub suite/inner
if ! command -v lit >lit.found && ! command -v llvm-lit >lit.found; then
	for lit in /usr/lib/llvm-*/build/utils/lit/lit.py; do
		[ -e "$lit" ] || skip "needs lit"
		printf '#!/bin/sh\nexec python3 %s "$@"\n' "$lit" >bin/lit
	done
	chmod +x bin/lit
fi

config() { printf 'import lit.formats\nconfig.name = "%s"\nconfig.suffixes = [".txt"]\nconfig.test_format = lit.formats.ShTest()\n' "$1"; }
config 'Demo (x86)' >suite/lit.cfg.py
echo '# RUN: echo hello' >suite/pass.txt
echo '# RUN: echo sad && false' >suite/sub/fail.txt
printf '# REQUIRES: moon\n# RUN: true\n' >suite/moon.txt
printf '# XFAIL: *\n# RUN: false\n' >suite/fails.txt
echo '# RUN: echo "UNSUPPORTED: what is told"' >suite/tells.txt
expect 1 isorun suite --junit junit.xml suite
cases junit.xml >ended
[ "$(cat ended)" = "failure sub/fail.txt
passed fails.txt
passed pass.txt
passed tells.txt
skipped moon.txt" ] || fail "$(cat ended)"
has '^FAIL .*Demo \(x86\)::sub/fail\.txt: '
has '\| sad'
has "lit .*sub/fail[.]txt\$"

# Below the top of its suite, and with another inside, a file's name alone would not do.
config Inner >suite/inner/lit.cfg.py
cp suite/sub/fail.txt suite/inner/pass.txt
expect 1 isorun suite lit:suite
has '^FAIL .*Inner::pass\.txt: '
has '^ok .*Demo \(x86\)::pass\.txt$'
cd suite/sub || exit
expect 1 isorun suite lit:.
has '^0 passed, 1 failed'
expect 2 isorun list lit:../../bin
says "lit.* gave 2"
