# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The HTML report in a browser without network: the table is searched, sorted and walked by
# keys, a bar leads to its test, and hostile bytes stay bytes.
. "$E2E/lib.sh"
[ "$LANE" = browser ] || skip "needs a browser: make check-browser"
need_cmd chromium

cat >isorun.ini <<-'END'
	[suite]
	budget = 200M
	jobs = 4
	[test </script><script>window.evil=1</script>]
	command = sh -c 'printf "</script><img src=x onerror=window.evil=2>\n"; exit 1'
	[test slow]
	command = sleep 1
	[test colours]
	command = sh -c 'printf "\033[31mred\033[0m\rwritten \033[1mover\033[0m\n\033]0;title\007last\n"; exit 3'
END
for i in 1 2 3 4 5 6 7 8 9; do
	printf '[test quick/%s]\ncommand = echo needle%s\n' $i $i >>isorun.ini
done
expect 1 isorun suite --html page.html
browse() { python3 "$E2E/../helpers/browse.py" "$@"; }

shown='[...document.querySelectorAll("td.id a")].map((a) => a.textContent)'
expect 0 browse page.html "eval:$shown.length" "eval:window.evil === undefined" \
	'eval:document.title' \
	'key:/' 'type:quick' 'wait:document.getElementById("shown").textContent === "9 of 12"' \
	"eval:$shown.every((id) => id.startsWith(\"quick/\"))" key:Escape \
	'eval:document.getElementById("deep").click()' \
	'eval:document.getElementById("search").value = "needle7"' \
	'eval:document.getElementById("search").dispatchEvent(new Event("input"))' \
	"wait:$shown.join() === 'quick/7'" \
	'eval:document.getElementById("search").value = ""' \
	'eval:document.getElementById("search").dispatchEvent(new Event("input"))' \
	"wait:$shown.length === 12" \
	'eval:document.querySelector("th.c-wall button").click()' "eval:${shown}[0]" \
	'eval:document.activeElement.blur()' key:j key:Enter \
	'wait:document.querySelector("#test-view .verdict")' 'eval:location.hash' \
	key:Escape 'wait:!document.getElementById("run-view").hidden' 'eval:location.hash'
prints "12
true
\"2 of 12 failed: isorun $(basename "$(readlink -f state/runs/last)")\"
true
null
\"needle7\"
true
\"\"
true
null
\"slow\"
null
\"#test=slow\"
\"\""

# The page of a failed test, opened by its address: what it wrote, in its colours.
output='document.querySelector("pre.output")'
expect 0 browse 'page.html#test=colours' "wait:$output" "eval:$output.textContent" \
	"eval:$output.querySelector('.a1').textContent" \
	'eval:document.querySelector(".again pre").textContent.endsWith("exit 3'"'\\\\'''"'")' \
	"eval:$output.querySelectorAll('img, script').length"
has '^"written over\\nlast\\n"$'
has '^"over"$'
has '^true$'
has '^0$'

# Light and dark differ, and neither is wider than a narrow window.
for scheme in --dark --size=1280x900; do
	expect 0 browse $scheme page.html \
		'eval:getComputedStyle(document.body).backgroundColor'
	cat "$out" >>colours.txt
done
[ "$(sort -u colours.txt | wc -l)" = 2 ] || fail "$(cat colours.txt)"
for fragment in '' '#test=colours'; do
	expect 0 browse --size 380x800 "page.html$fragment" \
		'eval:document.documentElement.scrollWidth <= innerWidth'
	prints true
done

# A click on the bar of a test leads to it.
# How far down it lies depends on what held tests back.
seen='timeline.lanes.canvas.scrollIntoView()'
bar='(() => { const a = tests.find((t) => t.id === "slow").attempts[0];
	const box = timeline.lanes.canvas.getBoundingClientRect();
	return [box.left + timeline.lanes.x((a.start + a.end) / 2),
		box.top + 4 + (a.slot + 0.5) * timeline.lanes.lane].join(","); })()'
expect 0 browse page.html "eval:$seen" "eval:$bar"
expect 0 browse page.html "eval:$seen" "click:$(sed -n '$s/"//gp' "$out")" 'wait:location.hash === "#test=slow"'

# What the log knows to have held the next test back is told apart: stated cpus, locks.
cat >isorun.ini <<-'END'
	[test a]
	command = sleep 0.3
	cpus = 64
	[test b]
	command = sleep 0.3
	cpus = 64
END
expect 0 isorun suite -j 8 --html page.html
causes='[...new Set(held.filter((s) => s.to - s.from > 100000).map((s) => s.cause))].join()'
expect 0 browse page.html "eval:$causes"
prints '"cpus"'
sed -i 's/^cpus = 64/locks = one/' isorun.ini
expect 0 isorun suite -j 8 --html page.html
expect 0 browse page.html "eval:$causes"
prints '"locks"'
