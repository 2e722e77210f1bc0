# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A JUnit report holds what its readers take, whatever tests print, and is the same from a
# stored run.
. "$E2E/report/mixed.inc"

mixed --junit junit.xml
same junit junit.xml
if command -v xmllint >/dev/null; then
	xmllint --noout --relaxng "$E2E/../helpers/junit.rng" junit.xml 2>lint.txt || fail "$(cat lint.txt)"
fi
python3 - <<-'END' || fail "see above"
	import xml.etree.ElementTree as tree
	suites = tree.parse("junit.xml").getroot()
	assert suites.attrib["tests"] == "8", suites.attrib
	assert suites.attrib["failures"] == "5" and suites.attrib["errors"] == "0", suites.attrib
	cases = {c.get("name"): c for c in suites.iter("testcase")}
	kinds = {n: [e.tag for e in c if e.tag not in ("properties", "system-out")] for n, c in cases.items()}
	types = {n: c.find("failure").get("type") for n, c in cases.items() if c.find("failure") is not None}
	odd = next(n for n, c in cases.items() if "]]>" in c.get("classname"))
	whole = cases[odd].get("classname") + "::" + odd
	assert "\x1b" not in whole and "\\x1b" not in whole and "\ufffd" in whole, whole
	assert '<&">' in whole and "`x`" in whole, whole
	assert cases[odd].get("file") == "odd.txt" and cases[odd].get("line") == "1"
	assert cases["passes"].get("file") == "isorun.ini", cases["passes"].attrib
	assert kinds[odd] == ["failure"] and kinds["passes"] == [] and kinds["skips"] == ["skipped"], kinds
	assert kinds["flaky"] == ["flakyFailure"], kinds
	assert cases["flaky"].get("classname") == "dir/a.py::Case", cases["flaky"].attrib
	assert "flaked" in cases["flaky"].find("flakyFailure/system-out").text
	assert kinds["says odd things"] == ["failure", "rerunFailure"], kinds
	said = cases["says odd things"].find("system-out").text
	assert "]]> </system-out>" in said and "\\x00nul" in said and "\ufffd\ufffd" in said, said
	assert types["crashes"] == "crashed" and types["too slow"] == "timed-out", types
	assert types["too big"] == "out-of-memory", types
	have = {p.get("name"): int(p.get("value")) for p in cases["too big"].iter("property")}
	assert have["memory-peak-bytes"] > 100 << 20, have
	have = {p.get("name"): int(p.get("value")) for p in cases["says odd things"].iter("property")}
	assert have["attempts"] == 2 and "cpu-time-ms" in have, have
	assert float(cases["too slow"].get("time")) > 0.25, cases["too slow"].attrib
END
