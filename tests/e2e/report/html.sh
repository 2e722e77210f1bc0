# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The HTML report is one file that asks for nothing else, holds every test with its
# outcome, output, past and a way to run it again, and is the same from a stored run.
. "$E2E/report/mixed.inc"

mixed --html page.html --json events.json
same html page.html
# The past of each test is of the second run, too.
rm -f again
expect 1 isorun suite --workspace shared --memory 48M --budget 150M --html page2.html
python3 "$E2E/../helpers/read_page.py" page.html events.json >page.txt || fail "$(cat page.txt)"
has '^4 passes$' page.txt
has '^passed passes fine$' page.txt
has '^crashed crashes about to crash$' page.txt
has '^timed-out too slow $' page.txt
has '^skipped skips $' page.txt
has '^flaky dir/a.py::Case::flaky $' page.txt
has '^alone passes: cd .* && isorun .*-- .*echo fine' page.txt
has '^past passes: 1$' page.txt
# What the terminal says of a failure's cause, the page says, too.
hint=$(sed -n 's/^  hint: //p' "$out" | sort -u)
[ -n "$hint" ] || fail "no hint on the terminal"
echo "$hint" | while read -r line; do
	grep -qF ": $line" page.txt || fail "no hint '$line' in $(cat page.txt)"
done || exit 1
python3 "$E2E/../helpers/read_page.py" page2.html >page2.txt || fail "$(cat page2.txt)"
has '^past passes: 2$' page2.txt
