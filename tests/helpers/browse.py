#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Opens a page in headless Chromium, offline, and does what it is told in order.

browse.py [--dark] [--size WxH] FILE[#FRAGMENT] STEP...

A step is eval:EXPRESSION, whose value is printed as JSON; key:KEY; type:TEXT;
click:X,Y; hover:X,Y; drag:X,Y,X2,Y2; wait:EXPRESSION, until it is true; shot:FILE.png.
Faults of the page's scripts, and all that it asks of a network, are printed as
"fault: ..." and make the exit status 1.
"""
import argparse
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

DEADLINE_S = 15


class Browser:
    """Chromium at the other end of --remote-debugging-pipe: JSON ended by NULs."""

    def __init__(self, program, profile):
        down_read, down = os.pipe()
        up, up_write = os.pipe()
        # Chromium reads from 3 and writes to 4.
        argv = ["sh", "-c", f'exec "$@" 3<&{down_read} 4>&{up_write}', "sh", program,
                "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
                "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage",
                "--hide-scrollbars", f"--user-data-dir={profile}", "about:blank"]
        self.process = subprocess.Popen(argv, pass_fds=(down_read, up_write),
                                        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        os.close(down_read)
        os.close(up_write)
        self.down, self.up = down, up
        self.buffer = b""
        self.last = 0
        self.session = None
        self.events = []
        self.faults = []

    def receive(self):
        while b"\0" not in self.buffer:
            some = os.read(self.up, 1 << 20)
            if not some:
                raise SystemExit("chromium ended")
            self.buffer += some
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **params):
        self.last += 1
        request = {"id": self.last, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.down, json.dumps(request).encode() + b"\0")
        while True:
            message = self.receive()
            if message.get("id") == self.last:
                if "error" in message:
                    raise SystemExit(f"{method}: {message['error']['message']}")
                return message["result"]
            self.note(message)

    def note(self, message):
        method, params = message.get("method"), message.get("params", {})
        self.events.append(method)
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.faults.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.faults.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            url = params["request"]["url"]
            if not url.startswith(("file:", "data:", "about:")):
                self.faults.append(f"asks for {url}")

    def wait_event(self, method):
        while method not in self.events:
            self.note(self.receive())

    def close(self):
        self.session = None
        os.write(self.down, b'{"id": 0, "method": "Browser.close"}\0')
        try:
            self.process.wait(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def attach(self):
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(t for t in targets if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page["targetId"],
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def eval(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise SystemExit(details.get("exception", {}).get("description", details["text"]))
        return result["result"].get("value")

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def step(self, step):
        kind, _, value = step.partition(":")
        if kind == "eval":
            print(json.dumps(self.eval(value)))
        elif kind == "wait":
            until = time.monotonic() + DEADLINE_S
            while not self.eval(f"Boolean({value})"):
                if time.monotonic() > until:
                    raise SystemExit(f"not in time: {value}")
                time.sleep(0.02)
        elif kind == "key":
            text = {"Enter": "\r"}.get(value, value if len(value) == 1 else "")
            code = {"Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowRight": 39, "Tab": 9}
            more = {"key": value, "windowsVirtualKeyCode": code.get(value, 0)}
            self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **more)
            self.call("Input.dispatchKeyEvent", type="keyUp", **more)
        elif kind == "type":
            self.call("Input.insertText", text=value)
        elif kind in ("click", "drag"):
            x, y, *rest = map(float, value.split(","))
            self.mouse("mouseMoved", x, y)
            self.mouse("mousePressed", x, y, button="left", clickCount=1)
            if rest:
                x, y = rest
                self.mouse("mouseMoved", x, y, button="left")
            self.mouse("mouseReleased", x, y, button="left", clickCount=1)
        elif kind == "hover":
            self.mouse("mouseMoved", *map(float, value.split(",")))
        elif kind == "shot":
            # Two frames: what was just changed is painted.
            self.eval("new Promise((done) => requestAnimationFrame(() => "
                      "requestAnimationFrame(done)))")
            data = self.call("Page.captureScreenshot", format="png")["data"]
            pathlib.Path(value).write_bytes(base64.b64decode(data))
        else:
            raise SystemExit(f"no such step: {step}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--size", default="1280x900")
    parser.add_argument("page")
    parser.add_argument("steps", nargs="*")
    args = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or \
        shutil.which("google-chrome")
    if not program:
        raise SystemExit("no chromium")
    path, _, fragment = args.page.partition("#")
    url = pathlib.Path(path).resolve().as_uri() + (f"#{fragment}" if fragment else "")
    width, height = map(int, args.size.split("x"))
    # What Chromium's own children still write there when it has ended is of no interest.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            browser.attach()
            browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                         deviceScaleFactor=1, mobile=False)
            browser.call("Emulation.setEmulatedMedia", features=[
                {"name": "prefers-color-scheme", "value": "dark" if args.dark else "light"}])
            browser.call("Network.emulateNetworkConditions", offline=True, latency=0,
                         downloadThroughput=-1, uploadThroughput=-1)
            browser.call("Page.navigate", url=url)
            browser.wait_event("Page.loadEventFired")
            for step in args.steps:
                browser.step(step)
        finally:
            browser.close()
            for fault in browser.faults:
                print(f"fault: {fault}")
    sys.exit(1 if browser.faults else 0)


if __name__ == "__main__":
    main()
