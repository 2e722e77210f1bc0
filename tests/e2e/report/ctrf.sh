# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A CTRF report has what its schema asks for, and is the same from a stored run.
. "$E2E/report/mixed.inc"

mixed --ctrf ctrf.json
same ctrf ctrf.json
python3 - <<-'END' || fail "see above"
	import json
	report = json.load(open("ctrf.json", encoding="utf-8"))
	assert report["reportFormat"] == "CTRF" and report["specVersion"] == "1.0.0"
	assert not set(report) - {"reportFormat", "specVersion", "timestamp", "generatedBy", "results"}
	results = report["results"]
	assert not set(results) - {"tool", "summary", "tests", "extra"}, results.keys()
	assert results["tool"]["name"] == "isorun"
	s = results["summary"]
	want = {"tests": 8, "passed": 2, "failed": 5, "skipped": 1, "pending": 0, "other": 0, "flaky": 1}
	assert {k: s[k] for k in want} == want, s
	assert s["stop"] >= s["start"] > 10**12, s
	tests = {t["name"]: t for t in results["tests"]}
	for t in tests.values():
	    assert not set(t) - {"name", "status", "duration", "start", "stop", "suite", "message", "line",
	        "rawStatus", "tags", "filePath", "retries", "retryAttempts", "flaky", "stdout", "extra"}, t
	    assert type(t["duration"]) is int and t["stop"] >= t["start"], t
	raw = {n: t["rawStatus"] for n, t in tests.items()}
	assert raw["too slow"] == "timed-out" and raw["too big"] == "out-of-memory", raw
	assert raw["crashes"] == "crashed" and tests["crashes"]["status"] == "failed", raw
	assert tests["crashes"]["stdout"] == ["about to crash"], tests["crashes"]
	assert tests["passes"]["tags"] == ["quick", "net"]
	flaky = tests["dir/a.py::Case::flaky"]
	assert flaky["flaky"] and flaky["status"] == "passed" and flaky["retries"] == 1, flaky
	assert flaky["suite"][1:] == ["dir/a.py", "Case"], flaky
	first = flaky["retryAttempts"][0]
	assert first["attempt"] == 1 and first["status"] == "failed" and first["stdout"] == ["flaked"], first
	assert not set(first) - {"attempt", "status", "duration", "start", "stop", "message", "stdout", "extra"}
	odd = next(t for n, t in tests.items() if "]]>" in n)
	assert odd["filePath"] == "odd.txt" and odd["line"] == 1, odd
	said = tests["says odd things"]["stdout"]
	assert said[0] == "first" and said[1] == "" and said[-1] == "last", said
	assert any("\\x00nul" in line for line in said), said
END
