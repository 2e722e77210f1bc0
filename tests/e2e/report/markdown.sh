# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A page of Markdown has whole tables, whatever tests are called, never more than a comment
# has room for, and is the same from a stored run.
. "$E2E/report/mixed.inc"

mixed --markdown page.md
same markdown page.md
has '^### .*: 5 of 8 tests failed$' page.md
has '^\| 2 \| 1 \| 5 \| 1 \| 0 \| .* \| 150M \|$' page.md
has '^\| crashes \| crashed \| .* \| killed by SIGSEGV \|$' page.md
has '^\| `dir/a.py::Case::flaky` \| flaky \| .* \| exit status 3 \|$' page.md
has '^\| ``.*\]\]> \\\| `x` \* # .*`` \| failed \| .* \| exit status 4 \|$' page.md
python3 - <<-'END' || fail "see above"
	import re
	rows = []
	for line in open("page.md", encoding="utf-8"):
	    if line.startswith("|"):
	        cells = re.findall(r"(?:\\.|[^\\|])+", line.rstrip("\n"))
	        assert not rows or rows[-1] == len(cells), line
	        rows.append(len(cells))
	    else:
	        rows = []
END

i=0
while [ $i -lt 300 ]; do
	echo "false $i $(printf '%0250d' 0 | tr 0 \|)"
	i=$((i + 1))
done >many
expect 1 isorun suite --markdown page.md lines:many
[ "$(wc -c <page.md)" -lt 65536 ] || fail "$(wc -c <page.md) bytes"
has '^and [0-9]+ more$' page.md
has 'Largest' page.md
