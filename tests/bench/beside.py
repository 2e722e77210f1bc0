# SPDX-License-Identifier: Apache-2.0
"""Suites of the bench run by isorun and by others, side by side: what passed, what the
kernel killed, how long it took."""
import glob
import json
import os
import shutil
import subprocess
import time

RETRY = "--retry-oom"


class Group:
    """A memory cgroup for what has no isorun around it; path is None where there is none."""

    def __init__(self, name, limit_bytes):
        self.path = None
        for root, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                            ("/sys/fs/cgroup", "memory.max")):
            if not os.path.exists(f"{root}/cgroup.procs"):
                continue
            try:
                os.makedirs(f"{root}/{name}", exist_ok=True)
                with open(f"{root}/{name}/{limit}", "w", encoding="ascii") as f:
                    f.write(str(limit_bytes))
            except OSError:
                continue
            self.path = f"{root}/{name}"
            self.no_swap()
            return

    def no_swap(self):
        try:
            with open(f"{self.path}/memory.swappiness", "w", encoding="ascii") as f:
                f.write("0")
        except OSError:
            pass

    def join(self):
        """In a child, before its exec."""
        with open(f"{self.path}/cgroup.procs", "w", encoding="ascii") as f:
            f.write("0")

    def kills(self):
        for name in ("memory.oom_control", "memory.events"):
            try:
                with open(f"{self.path}/{name}", encoding="ascii") as f:
                    return sum(int(line.split()[1]) for line in f if line.startswith("oom_kill "))
            except OSError:
                pass
        return 0

    def remove(self):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                os.rmdir(self.path)
                return
            except OSError:
                time.sleep(0.05)


class Suite:
    """Commands, one a test, in a folder of their own; TAP is printed where they pass."""

    def __init__(self, work, name, commands):
        self.dir = f"{work}/{name}"
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(f"{self.dir}/t")
        os.makedirs(f"{self.dir}/ctest")
        self.commands = commands
        self.lines = f"{self.dir}/lines"
        with open(self.lines, "w", encoding="utf-8") as f:
            f.writelines(f"{c} # {i}\n" for i, c in enumerate(commands))
        self.scripts = []
        for i, command in enumerate(commands):
            path = f"{self.dir}/t/{i:03}.t"
            with open(path, "w", encoding="utf-8") as f:
                f.write(f"#!/bin/sh\n{command} && echo 1..1 && echo ok 1\n")
            os.chmod(path, 0o755)
            self.scripts.append(path)

    def isorun(self, isorun, options, state):
        """One run of isorun suite, with history in the folder `state`: wall, passed, and
        the sums of what the attempts' records tell."""
        log = f"{self.dir}/log.json"
        begin = time.monotonic()
        run = subprocess.run([isorun, "suite", *options, "--json", log, f"lines:{self.lines}"],
                             env=dict(os.environ, ISORUN_STATE_DIR=f"{self.dir}/{state}"),
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        wall = time.monotonic() - begin
        with open(f"{self.dir}/{state}.out", "wb") as f:
            f.write(run.stdout)
        with open(log, encoding="utf-8") as f:
            events = [json.loads(line) for line in f]
        passed = sum(e["event"] == "test-finished" and e.get("outcome") == "passed" for e in events)
        records = [e["result"] for e in events if e["event"] == "attempt-finished"]
        return wall, passed, sums(records)

    def launched(self, isorun, options, runner, jobs=8):
        """The same by a runner that has isorun as its launcher."""
        records = f"{self.dir}/records"
        shutil.rmtree(records, ignore_errors=True)
        os.makedirs(records)
        launch = f"{self.dir}/launch"
        with open(launch, "w", encoding="utf-8") as f:
            f.write(f'#!/bin/sh\nexec "{isorun}" {" ".join(options)} {RETRY} '
                    f'--status "{records}/$$.json" -- "$@"\n')
        os.chmod(launch, 0o755)
        wall, passed = self.run(runner, jobs, launch)
        found = []
        for path in glob.glob(f"{records}/*.json"):
            with open(path, encoding="utf-8") as f:
                found.append(json.load(f))
        told = sum(r.get("outcome") == "passed" for r in found)
        return wall, min(told, passed), sums(found)

    def run(self, runner, jobs, launch=None):
        """wall, how many passed; launch: a command before each test's own."""
        front = [launch] if launch else []
        if runner == "ctest":
            with open(f"{self.dir}/ctest/CTestTestfile.cmake", "w", encoding="utf-8") as f:
                for i, script in enumerate(self.scripts):
                    words = " ".join(f'"{w}"' for w in [*front, script])
                    f.write(f"add_test(t{i} {words})\n")
            command = ["ctest", "--test-dir", f"{self.dir}/ctest", f"-j{jobs}"]
        elif runner == "prove":
            command = ["prove", f"-j{jobs}", "--exec", " ".join(front or ["sh"]), *self.scripts]
        elif runner == "parallel":
            command = ["parallel", f"-j{jobs}", "--joblog", f"{self.dir}/joblog", *front,
                       ":::", *self.scripts]
        begin = time.monotonic()
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True, check=False)
        return time.monotonic() - begin, self.passed(runner, run.stdout)

    def passed(self, runner, out):
        if runner == "ctest":
            return sum(line.rstrip().endswith("sec") and " Passed " in line
                       for line in out.splitlines())
        if runner == "prove":
            return sum(line.rstrip().endswith("ok") and ".t " in line
                       for line in out.splitlines())
        with open(f"{self.dir}/joblog", encoding="utf-8") as f:
            return sum(line.split("\t")[6:8] == ["0", "0"] for line in f)


def sums(records):
    return {"kills": sum(r.get("oom_kills", 0) for r in records),
            "gave_way": sum(bool(r.get("gave_way")) for r in records),
            "pauses": sum(r.get("pauses", 0) for r in records)}


def have(program):
    return shutil.which(program) is not None
