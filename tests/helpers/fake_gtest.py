#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes the options of a GoogleTest program and writes its report.  Its cases are in PROGRAM.list,
as it lists them; their names say what they do: Skips, Bad, Crash, Quits (with status 0), Hangs,
Leaves (a process), Sleeps (for 20 ms), Alone (fails in company), Silent (of itself, in the report)."""
import fnmatch
import os
import subprocess
import sys
import time
from xml.sax.saxutils import quoteattr

options = dict(a.removeprefix("--gtest_").partition("=")[::2] for a in sys.argv[1:])
with open(sys.argv[0] + ".list") as f:
    listing = f.read()
if "list_tests" in options:
    print(listing, end="")
    sys.exit()

cases, suite = [], ""
for line in listing.splitlines():
    if line.startswith("  "):
        cases.append((suite, line.strip()))
    else:
        suite = line.strip().rstrip(".")
wanted = options.get("filter", "*").split(":")
chosen = [c for c in cases if any(fnmatch.fnmatchcase(".".join(c), w) for w in wanted)]

report, failed = ["<testsuites>"], False
for suite, name in chosen:
    print("[ RUN      ]", suite + "." + name, flush=True)
    inner, result = "", "completed"
    if "Crash" in name:
        os.abort()
    if "Quits" in name:
        sys.exit(0)
    if "Hangs" in name:
        time.sleep(3600)
    if "Sleeps" in name:
        time.sleep(0.02)
    if "Leaves" in name:
        subprocess.Popen(["sleep", "3600"])
    if "Skips" in name:
        message, result = "a.cc:7\nno network", "skipped"
        inner = f"<skipped message={quoteattr(message)}/>"
    if "Bad" in name or "Alone" in name and len(chosen) > 1:
        failed, message = True, "a.cc:9\nnot so"
        inner = f"<failure message={quoteattr(message)}/>"
    if "Silent" not in name:
        report.append(f'<testcase classname="{suite}" name="{name}" status="run" '
                      f'result="{result}" time="0.001">{inner}</testcase>')
report.append("</testsuites>")
kind, _, path = options.get("output", "").partition(":")
if kind == "xml":
    with open(path, "w") as f:
        f.write("\n".join(report))
sys.exit("forgets" not in sys.argv[0] and failed)
