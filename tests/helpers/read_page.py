#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads an HTML report as a browser's parser does: read_page.py PAGE [EVENTS].

Fails where the page asks for anything beside itself or lacks a test, and prints
what it says of each: "OUTCOME ID FIRST-LINE-OF-OUTPUT" and more.
"""
import html.parser
import json
import sys


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.data = {}
        self.scripts = 0
        self.policy = ""
        self.within = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        for name in ("src", "srcset", "href", "data", "action", "poster"):
            value = attrs.get(name)
            if value is not None and not value.startswith(("#", "data:")):
                raise SystemExit(f"<{tag} {name}={value}>")
        if any(name.startswith("on") for name in attrs):
            raise SystemExit(f"<{tag} {attrs}>")
        if tag in ("iframe", "object", "embed", "base", "img", "form"):
            raise SystemExit(f"<{tag}>")
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        self.within = None
        if tag == "script":
            if attrs.get("type") == "application/json":
                self.within = attrs["id"]
                if self.within in self.data:
                    raise SystemExit(f"two of {self.within}")
                self.data[self.within] = ""
            else:
                self.scripts += 1

    def handle_data(self, data):
        if self.within:
            self.data[self.within] += data

    def handle_endtag(self, tag):
        self.within = None


def main():
    page = Page()
    with open(sys.argv[1], encoding="utf-8") as f:
        text = f.read()
    page.feed(text)
    if page.scripts != 1 or "default-src 'none'" not in page.policy:
        raise SystemExit(f"{page.scripts} scripts, policy {page.policy}")
    for word in ("@import", "url(", "fetch(", "XMLHttpRequest", "innerHTML", "eval("):
        own = text[: text.index('<script type="application/json"')]
        own += text[text.index("<script>\n") : text.index('<script type="application/json" id="test-')]
        if word in own:
            raise SystemExit(f"the page has {word}")

    data = {key: json.loads(value) for key, value in page.data.items()}
    rows = data["tests-data"]
    assert len(data) == len(rows) + 2, (len(data), len(rows))
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding="utf-8") as f:
            events = [json.loads(line) for line in f]
        finished = {e["test"]: e["outcome"] for e in events if e["event"] == "test-finished"}
        shown = {row["id"]: row["outcome"] for row in rows}
        assert shown == finished, (shown, finished)
        started = sum(e["event"] == "attempt-started" for e in events)
        assert started == sum(len(row["attempts"]) for row in rows)
    for i, row in enumerate(rows):
        rest = data[f"test-{i}"]
        outputs = rest["outputs"]
        first = (outputs[-1].get("head", "") if outputs else "").split("\n")[0]
        print(row["outcome"], row["id"], first)
        print(f"{len(rest['events'])} {row['id']}")
        print(f"alone {row['id']}: {rest['alone']}")
        print(f"hint {row['id']}: {rest.get('hint')}")
        print(f"past {row['id']}: {len(rest['past'])}")


if __name__ == "__main__":
    main()
