#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""limits.py BUDGET COMMAND...: runs the command and samples meanwhile what the cgroups
of all isorun processes below it are limited to; where there are none (CGROUP=none),
what the command, an isorun, has reserved.  Its exit status is the command's own,
but 70 when the limits together were above the budget (bytes) at any time, or when
nobody saw any.  The last line on standard error tells the most that was seen, in MiB,
and how many looks saw anything."""
import json
import os
import subprocess
import sys
import time

NAMES = ("memory.limit_in_bytes", "memory.max")
NO_LIMIT = 1 << 50
LOOK_S = 0.003


def parent(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
            return int(f.read().rsplit(")", 1)[1].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


class Leaves:
    """Those of isorun processes below one pid, by the names PID-STARTTIME-N."""

    def __init__(self, top):
        self.top = top
        self.ours = {}  # by name, since a leaf may outlive its isorun

    def is_ours(self, name):
        if name not in self.ours:
            pid = int(name.split("-")[0]) if name.split("-")[0].isdigit() else 0
            while pid not in (0, 1, self.top):
                pid = parent(pid)
            if pid == 0:
                return False  # its isorun is gone: it may have been seen before
            self.ours[name] = pid == self.top
        return self.ours[name]

    def roots(self):
        for place, dirs, _ in os.walk("/sys/fs/cgroup"):
            if os.path.basename(place) == "isorun":
                dirs.clear()
                yield place

    def look(self, roots):
        found = {}
        for root in roots:
            try:
                names = [n for n in os.listdir(root) if "-" in n]
            except OSError:
                continue
            for name in filter(self.is_ours, names):
                n = limit(f"{root}/{name}")
                if 0 < n < NO_LIMIT and peopled(f"{root}/{name}"):
                    found[name] = max(n, found.get(name, 0))
        return found


def limit(leaf):
    for name in NAMES:
        try:
            with open(f"{leaf}/{name}", encoding="ascii") as f:
                return int(f.read())
        except (OSError, ValueError):
            pass
    return 0


def reserved(pid):
    """By slot, as `isorun status` has it."""
    told = subprocess.run([os.environ["ISORUN"], "status", "--json"],
                          capture_output=True, check=False).stdout
    rows = json.loads(told or "{}").get("reservations", [])
    return {r["slot"]: r["memory"] for r in rows if r["pid"] == pid and r["state"] != "waits"}


def peopled(leaf):
    """A group whose processes are gone promises nothing while it is removed."""
    try:
        with open(f"{leaf}/cgroup.procs", encoding="ascii") as f:
            return bool(f.readline())
    except OSError:
        return False


class Sampler:
    """To be asked often; limits only grow, and names are not used again: what two looks
    agree on was so all at once between them."""

    def __init__(self, top):
        self.leaves = Leaves(top)
        self.roots = []
        self.roots_at = 0
        self.most = self.seen = 0
        self.at_most = {}

    def look(self):
        if os.environ.get("CGROUP") == "none":
            return reserved(self.leaves.top)
        if time.monotonic() > self.roots_at:
            self.roots = list(self.leaves.roots())
            self.roots_at = time.monotonic() + (0.2 if self.roots else 0.02)
        return self.leaves.look(self.roots)

    def sample(self):
        one, two = self.look(), self.look()
        both = {name: n for name, n in one.items() if two.get(name) == n}
        total = sum(both.values())
        if total > self.most:
            self.most, self.at_most = total, both
        self.seen += total > 0


def main():
    budget = int(sys.argv[1])
    run = subprocess.Popen(sys.argv[2:])
    sampler = Sampler(run.pid)
    while run.poll() is None:
        sampler.sample()
        time.sleep(LOOK_S)
    print(f"limits: {sampler.most >> 20} MiB at most in {sampler.seen} looks", file=sys.stderr)
    if sampler.most > budget or sampler.seen == 0:
        for name, n in sampler.at_most.items():
            print(f"limits: {n >> 20} MiB of {name}", file=sys.stderr)
        return 70
    return run.returncode if run.returncode >= 0 else 128 - run.returncode


if __name__ == "__main__":
    sys.exit(main())
