# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The picture is XML that holds every test, whatever it is called.
. "$E2E/lib.sh"

printf 'true one\ntrue "<two> & three"\n' >tests
expect 0 isorun plan --budget 1G --svg plan.svg --html plan.html lines:tests
has '^2 tests, '
python3 - <<'END' || fail "the pictures are not what they should be"
import re, xml.etree.ElementTree as E
svg = E.parse("plan.svg").getroot()
ns = {"s": "http://www.w3.org/2000/svg"}
assert svg.tag == "{%s}svg" % ns["s"]
titles = [t.text for t in svg.findall("s:rect/s:title", ns)]
assert len(titles) == 2 and any("<two> & three" in t for t in titles), titles
assert len(svg.findall("s:path", ns)) == 2
page = open("plan.html").read()
assert page.startswith("<!DOCTYPE html>\n<html")
html = E.fromstring(page.split("\n", 1)[1])
assert html.find("body/s:svg", ns) is not None and "no shorter than" in html.find("body/pre").text
assert not re.search(r"(src|href)=", page)
END
expect 0 isorun plan --budget 1G --svg - lines:tests
has '<svg '
lacks '^2 tests, '
