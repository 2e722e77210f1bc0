# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What a test is called and what it writes cannot get out of the data of the HTML report.
. "$E2E/lib.sh"

evil='</script><script>window.evil=1</script><!--<script>'
cat >isorun.ini <<-END
	[test $evil]
	command = sh say.sh
	[test "quoted" it's & <b>bold</b>]
	command = false
	[test __proto__]
	command = sh say.sh
END
cat >say.sh <<-END
	printf '%s\n' '$evil<img src=http://evil.invalid onerror=alert(1)>' ']]>' '<!--'
	printf 'a\377\376\000 b \342\200\250 c \342\200\256 d \033]0;title\007\n'
	exit 1
END
expect 1 isorun suite --html page.html
python3 "$E2E/../helpers/read_page.py" page.html >page.txt || fail "$(cat page.txt)"
grep -qF "failed $evil $evil<img" page.txt || fail "$(cat page.txt)"
grep -qF "failed \"quoted\" it's & <b>bold</b> " page.txt || fail "$(cat page.txt)"
grep -qF "failed __proto__ $evil<img" page.txt || fail "$(cat page.txt)"
# In the file itself stands none of it.
[ "$(grep -cF 'window.evil=1</script>' page.html)" = 0 ] || fail "$(grep -nF window.evil page.html)"
