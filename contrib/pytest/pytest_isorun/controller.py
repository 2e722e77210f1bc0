# SPDX-License-Identifier: Apache-2.0
"""pytest --isorun: isorun runs the tests, this process forks and reports them."""

import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import warnings

import pytest

from . import alone, measure
from .child import TIMES
from .preloader import Preloader
from .server import ForkServer, serve
from .wire import Wire

TAIL_MAX = 65536


class Reports:
    """What a fork or a pytest writes of the tests that it runs, once they have ended."""

    def __init__(self, file):
        self.file = open(file, "rb")  # a path or a descriptor
        self.of_test = None

    def of(self, at):
        """Of the one at that place among them, as much as it came to."""
        if self.of_test is None:
            self._read()
        return self.of_test.get(at, [])

    def _read(self):
        self.of_test = {}
        self.file.seek(0)
        for line in self.file:
            try:
                at, kind, value = json.loads(line)
            except ValueError:
                break  # it ended in the middle of one
            self.of_test.setdefault(at, []).append((kind, value))


class Server(ForkServer):
    """Keeps what its tests report."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # (number, attempt): Reports, and its place there.  An attempt that is ordered again,
        # as those of several that shared a fork in vain, forgets what was written of it.
        self.attempts = {}
        # Of tests that are not forked.
        self.reports = tempfile.TemporaryDirectory(prefix="pytest-isorun-")

    def results_of(self, order):
        fd = os.memfd_create("isorun-reports")
        reports = Reports(fd)
        for at, one in enumerate(order["fork"]):
            self.attempts[one["test"], one["attempt"]] = reports, at
        return fd

    def environment(self):
        return alone.environment(self.reports.name)

    def forget_environment(self):
        alone.forget_environment()

    def take_reports(self, number, name, attempt):
        reports, at = self.attempts.pop((number, attempt), (None, 0))
        if reports:
            return reports.of(at)
        path = alone.file_of(self.reports.name, name)
        if not os.path.exists(path):
            return []
        ret = Reports(path).of(0)
        os.unlink(path)
        return ret

    def forget(self, results):
        super().forget(results)
        for reports, _at in self.attempts.values():
            if reports.file.closed or reports.file.fileno() != results:
                reports.file.close()


class Controller:
    def __init__(self, config, program, forker):
        self.config = config
        self.program = program
        self.forker = forker
        self.process = None
        self.server = None
        self.run_dir = None
        self.degraded = {}
        self.leftovers = []
        self.logged = 0
        self.warnings = []
        self.exit = None
        self.rest = b""

    def arguments(self):
        option = self.config.option
        args = []
        jobs = getattr(option, "isorun_jobs", None)
        if jobs:
            args += ["-j", str(jobs)]
        granularity = option.isorun_granularity or self.config.getini("isorun_granularity")
        if granularity:
            args += ["--granularity", granularity]
        for text in [*self.config.getini("isorun_args"), *(option.isorun_args or [])]:
            args += shlex.split(text)
        return args

    def start(self, session):
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        events, to_events = os.pipe()
        self.words = tempfile.TemporaryFile()
        try:
            self.process = subprocess.Popen(
                [self.program, "suite", "--quiet", "--no-github", *self.arguments(),
                 f"forkserver:{its.fileno()},{to_events}"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.words,
                pass_fds=(its.fileno(), to_events), start_new_session=True,
            )
        finally:
            its.close()
            os.close(to_events)
        self.events = os.fdopen(events, "rb", buffering=0)
        os.set_inheritable(events, False)
        option = self.config.option
        names = set(self.config.getini("isorun_preload")) | set(option.isorun_preload or ())
        live = None
        if option.capture in ("no", "tee-sys"):
            live = live_descriptors(self.config)
        self.server = Server(
            session, Wire(ours), self.forker,
            Preloader(names - {"auto"}, "auto" in names), live)
        try:
            self.names = self.server.send_list()
        except ValueError as e:
            raise pytest.UsageError(str(e)) from None
        self.numbers = {name: n for n, name in enumerate(self.names)}

    def run(self, session):
        self.session = session
        try:
            self.start(session)
            serve(self.server, [(self.events, self.read_events)])
        finally:
            self.finish()
        self.check_end(session)

    def read_events(self):
        data = self.events.read(1 << 20)
        if not data:
            return False
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.on_event(json.loads(line))
        return True

    def on_event(self, event):
        kind = event["event"]
        if kind == "run-started":
            self.run_dir = event.get("dir")
        elif kind == "warning":
            self.warnings.append(event.get("text", ""))
        elif kind == "attempt-finished":
            self.on_attempt(event)

    def on_attempt(self, event):
        number = self.numbers[event["test"]]
        written = self.server.take_reports(number, event["test"], event["attempt"])
        for d in event["result"].get("degraded", []):
            self.degraded[d.get("what", "")] = d.get("why", "")
        for left in event["result"].get("leftovers", []):
            self.leftovers.append((event["test"], left))
        if event["again"] or self.session.shouldfail or self.session.shouldstop:
            return
        if event["result"]["outcome"] == "not-run":
            return
        self.log(self.session.items[number], event, written)

    def log(self, item, event, written):
        hook = item.ihook
        self.logged += 1
        reports = []
        for kind, value in written:
            if kind == "passed":
                reports.append(passed_report(item, *value))
            elif kind == "report":
                reports.append(self.report_of(value))
            elif kind == "warning":
                self.warn(item, value)
            elif kind == "coverage":
                measure.add(value)
            elif kind == "exit":
                self.exit = value
        self.complete(item, event, reports)
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in reports:
            hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        if self.exit:
            pytest.exit(self.exit[0], self.exit[1])
        if self.session.shouldfail or self.session.shouldstop:
            self.server.wire.sock.shutdown(socket.SHUT_RDWR)

    def report_of(self, data):
        # JSON has no tuples, and pytest asks for them.
        if data.get("$report_type") == "TestReport" and isinstance(data.get("longrepr"), list):
            data["longrepr"] = tuple(data["longrepr"])
        for name in ("location", "keywords"):
            if isinstance(data.get(name), list):
                data[name] = tuple(data[name])
        for name in ("user_properties", "sections"):
            data[name] = [tuple(pair) for pair in data.get(name, [])]
        return self.config.hook.pytest_report_from_serializable(config=self.config, data=data)

    def warn(self, item, w):
        category = getattr(__builtins__, w["category"], None) if not isinstance(
            __builtins__, dict) else __builtins__.get(w["category"])
        if category is None:
            category = getattr(pytest, w["category"], UserWarning)
        message = warnings.WarningMessage(
            category(w["message"]), category, w["filename"], w["lineno"])
        location = tuple(w["location"]) if w["location"] else None
        self.config.hook.pytest_warning_recorded.call_historic(kwargs={
            "warning_message": message, "when": w["when"], "nodeid": w["nodeid"],
            "location": location,
        })

    def complete(self, item, event, reports):
        """A report of a test that could not write its own."""
        outcome = event["result"]["outcome"]
        failed = any(r.failed for r in reports)
        done = any(r.when == "teardown" for r in reports)
        if outcome in ("passed", "skipped") and done:
            return
        if outcome == "failed" and failed and done:
            return
        result = event["result"]
        why = result.get("error") or event.get("detail") or outcome
        text = f"isorun: {outcome}: {why}"
        sections = []
        tail = self.output_of(event)
        if tail:
            sections.append(("Captured output of the sandbox", tail))
        # What was on when it ended.
        when = "call" if any(r.when == "setup" for r in reports) else "setup"
        if any(r.when == "call" for r in reports):
            when = "teardown"
        reports.append(pytest.TestReport(
            nodeid=item.nodeid, location=item.location,
            keywords={k: 1 for k in item.keywords}, outcome="failed", longrepr=text,
            when=when, sections=sections, duration=result.get("wall_ns", 0) / 1e9))
        if when != "teardown":
            reports.append(pytest.TestReport(
                nodeid=item.nodeid, location=item.location,
                keywords={k: 1 for k in item.keywords}, outcome="passed", longrepr=None,
                when="teardown", sections=[], duration=0))

    def output_of(self, event):
        if not self.run_dir or not event.get("output"):
            return ""
        try:
            with open(os.path.join(self.run_dir, event["output"]), "rb") as f:
                f.seek(0, os.SEEK_END)
                f.seek(max(0, f.tell() - TAIL_MAX))
                return f.read().decode(errors="replace").strip()
        except OSError:
            return ""

    def finish(self):
        if self.server:
            self.server.wire.close()
            self.server.close()
            self.server.reports.cleanup()
        if self.process:
            self.events.close()
            self.process.wait()

    def check_end(self, session):
        """Tests ran as isorun had them run, or it says why not."""
        status = self.process.returncode
        if session.shouldfail or session.shouldstop:
            return
        lost = len(session.items) - self.logged
        if status in (0, 1) and not lost:
            return
        self.words.seek(0)
        said = self.words.read().decode(errors="replace").strip()
        how = f"killed by signal {-status}" if status < 0 else f"status {status}"
        if status == 2 and lost == len(session.items):
            raise pytest.UsageError(said)
        text = f"isorun ended with {how}, and {lost} tests were not run"
        pytest.exit(f"{text}: {said}" if said else text, pytest.ExitCode.INTERNAL_ERROR)


def passed_report(item, when, duration, *times):
    report = pytest.TestReport(
        nodeid=item.nodeid, location=item.location, keywords={k: 1 for k in item.keywords},
        outcome="passed", longrepr=None, when=when, sections=[], duration=duration)
    report.__dict__.update(zip(TIMES, times))
    return report


def live_descriptors(config):
    """What this process's standard output and error are beneath pytest's capture."""
    capman = config.pluginmanager.getplugin("capturemanager")
    found = []
    for name, fd in (("out", 1), ("err", 2)):
        capture = getattr(capman._global_capturing, name, None) if capman else None
        found.append(os.dup(getattr(capture, "targetfd_save", fd)))
    return tuple(found)
