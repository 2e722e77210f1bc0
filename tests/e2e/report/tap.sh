# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A TAP report has a line a test and well-formed blocks beside them, whatever tests print,
# and is the same from a stored run.
. "$E2E/report/mixed.inc"

mixed --tap report.tap
same tap report.tap
python3 - <<-'END' || fail "see above"
	import json, re
	lines = open("report.tap", encoding="utf-8").read().split("\n")
	assert lines[0] == "TAP version 14" and lines[1] == "1..8" and lines[-1] == "", lines[:2]
	tests, block = {}, None
	for line in lines[2:-1]:
	    if block is None:
	        point = re.fullmatch(r"((?:not )?ok) (\d+) - (.*)", line)
	        if point:
	            assert int(point[2]) == len(tests) + 1, line
	            name, hash, directive = re.sub(r"\\([#\\])", lambda m: "\0" if m[1] == "#" else "\\", point[3]).partition(" # ")
	            tests[name.replace("\0", "#")] = test = {"ok": point[1], "directive": directive}
	        else:
	            assert line == "  ---", line
	            block = []
	    elif line == "  ...":
	        test["block"], block = block, None
	    else:
	        assert line.startswith("  "), line
	        block.append(line[2:])
	assert block is None
	for name, test in tests.items():
	    out = test["lines"] = []
	    for line in test["block"]:
	        if line.startswith("  "):
	            line = line[2:]
	            out.append(json.loads(line[2:]) if line.startswith("- ") else line)
	            continue
	        key, colon, value = line.partition(": ")
	        assert re.fullmatch("[a-z_]+:?", key), line
	        assert value == "" or re.fullmatch(r'[a-z-]+|[0-9.]+|"([^"\\]|\\["\\])*"', value), line
	        test[key] = json.loads(value) if value.startswith('"') else value
	odd = next(t for n, t in tests.items() if "]]>" in n)
	assert any("`x` * # %" in n for n in tests), tests.keys()
	assert odd["ok"] == "not ok" and odd["message"] == "exit status 4", odd
	assert odd["lines"] == ['file: "odd.txt"', "line: 1"], odd
	assert tests["skips"]["ok"] == "ok" and tests["skips"]["directive"].startswith("SKIP "), tests["skips"]
	flaky = tests["dir/a.py::Case::flaky"]
	assert flaky["ok"] == "ok" and flaky["outcome"] == "flaky" and flaky["attempts"] == "2", flaky
	assert flaky["lines"] == ["exit status 3"], flaky
	assert tests["too slow"]["outcome"] == "timed-out" and tests["crashes"]["outcome"] == "crashed"
	assert tests["too big"]["outcome"] == "out-of-memory", tests["too big"]
	said = tests["says odd things"]["lines"]
	assert "  <b>&amp; ]]> </system-out> \"quoted\"" in said and "..." in said and "last" == said[-1], said
	assert any("line separator,  a mark" in line for line in said), said
END
if command -v prove >/dev/null; then
	# Those of before 2022 read no version above 13.
	expect 1 prove --exec 'sed 1s/14/13/' report.tap
	lacks 'Parse errors'
	has '^Failed 5/8 subtests'
fi
