# SPDX-License-Identifier: Apache-2.0
"""The forked test: from its fork to its end it stands in a sandbox of its own."""

import atexit
import faulthandler
import json
import os
import sys
import tempfile
import time
import traceback

import pytest
from _pytest._io import TerminalWriter

from . import library, measure

STATUS_FAILED = 1
STATUS_BROKEN = 3  # not the test's fault
STATUS_SKIPPED = 77
WHY_MAX = 200


def plain(value):
    """Of a report, what JSON can hold."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)


PLAIN = frozenset((
    "nodeid", "location", "keywords", "outcome", "longrepr", "when", "user_properties",
    "sections", "duration"))
TIMES = ("start", "stop")  # since pytest 8


def times_of(report):
    return [getattr(report, name) for name in TIMES if hasattr(report, name)]


def is_plain(report):
    """What most reports are: the main process knows all of it but how long it took."""
    if report.outcome != "passed" or report.sections or report.user_properties:
        return False
    return all(name in PLAIN or name in TIMES for name in report.__dict__)


class Recorder:
    """Takes the reports of a test to the main process, and their sum to isorun.  It is
    registered before the forks, each of which would pay for that."""

    def __init__(self, config):
        self.config = config
        self.active = False
        self.file = None
        self.at = 0          # which test of those that the fork runs
        self.outcomes = {}   # by that number
        self.skipped = {}    # likewise: why
        self.reports = []
        # No other plugin has something to say of reports.
        self.alone = len(config.hook.pytest_report_to_serializable.get_hookimpls()) == 1

    def activate(self, fd):
        self.active = True
        self.file = None if fd is None else os.fdopen(fd, "wb", buffering=0)

    def write(self, kind, value):
        if self.file:
            self.file.write(json.dumps([self.at, kind, value]).encode() + b"\n")

    def pytest_runtest_logreport(self, report):
        if not self.active:
            return
        outcome = self.outcomes.get(self.at)
        if report.failed:
            outcome = "failed"
        elif report.skipped and outcome != "failed":
            # An expected failure is no test that did not run.
            outcome = "passed" if hasattr(report, "wasxfail") else "skipped"
            if isinstance(report.longrepr, tuple):
                self.skipped[self.at] = report.longrepr[2].removeprefix("Skipped: ")
        self.outcomes[self.at] = outcome or "passed"
        self.reports.append(report)
        if not self.file:
            return
        if self.alone and is_plain(report):
            self.write("passed", [report.when, report.duration, *times_of(report)])
        else:
            data = self.config.hook.pytest_report_to_serializable(
                config=self.config, report=report)
            self.write("report", plain(data))

    def pytest_warning_recorded(self, warning_message, when, nodeid, location):
        if not self.active:
            return
        w = warning_message
        self.write("warning", {
            "message": str(w.message),
            "category": w.category.__name__,
            "filename": w.filename,
            "lineno": w.lineno,
            "when": when,
            "nodeid": nodeid,
            "location": plain(location),
        })

    def outcome(self):
        """Of the test that has just ended, for isorun."""
        ret = {"outcome": self.outcomes.get(self.at, "failed")}
        if ret["outcome"] == "skipped":
            ret["why"] = self.skipped.get(self.at, "")[:WHY_MAX]
        return ret

    def status(self):
        outcomes = set(self.outcomes.values())
        if "failed" in outcomes or not outcomes:
            return STATUS_FAILED
        # Where its words are all that is seen of it, they say so, and why.
        return STATUS_SKIPPED if self.file and outcomes == {"skipped"} else 0


class Streams:
    """Standard streams are the sandbox's in a test; those that pytest and faulthandler have still
    mean the main process's.  What can be is made before the forks, and what is there is used
    again: each page that a fork touches costs it a copy."""

    def __init__(self, config, live):
        self.capman = config.pluginmanager.getplugin("capturemanager")
        self.reporter = config.pluginmanager.getplugin("terminalreporter")
        self.live = live  # the terminal's descriptors, for -s and tee-sys; else None
        # The main process shows what is reported.
        self.nowhere = open(os.devnull, "w")
        # Of fd 1 and 2 while pytest has them.
        capture = self.capman._global_capturing if self.capman else None
        self.captured = [
            (fd, one.tmpfile.fileno(), one.targetfd_save)
            for fd, one in ((1, getattr(capture, "out", None)), (2, getattr(capture, "err", None)))
            if hasattr(one, "targetfd_save")
        ]

    def flush(self):
        """Before a fork: what is in a buffer must not come twice."""
        for stream in (sys.__stdout__, sys.__stderr__, sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()

    def renew(self):
        if self.live:
            os.dup2(self.live[0], 1)
            os.dup2(self.live[1], 2)
        self.out_fd = os.dup(1)
        if self.reporter:
            self.reporter._tw._file = self.nowhere
        if faulthandler.is_enabled():
            self.err_fd = os.dup(2)
            faulthandler.enable(file=self.err_fd)
        for fd, file, saved in self.captured:
            os.dup2(fd, saved)
            own = os.memfd_create("captured")
            os.dup2(own, file)
            os.dup2(own, fd)
            os.close(own)

    def open_output(self):
        """The sandbox's, past all capturing."""
        return open(self.out_fd, "w", errors="backslashreplace", closefd=False)


def forget_setup(session):
    """What the main process has set up, it tears down."""
    for finalizers, _failed in session._setupstate.stack.values():
        finalizers.clear()
    for definitions in session._fixturemanager._arg2fixturedefs.values():
        for definition in definitions:
            definition._finalizers.clear()


def forget_tmp_path(config):
    """That of the main process is bound for reading; a test makes one in its own /tmp."""
    factory = getattr(config, "_tmp_path_factory", None)
    if factory is not None and factory._basetemp is not None:
        factory._basetemp = factory._given_basetemp = None


def become_worker(config, slot):
    """As a worker of xdist has it, for suites that name their databases by it."""
    count = os.cpu_count() or 1
    run = os.environ.get("ISORUN_RUN", "")
    config.workerinput = {
        "workerid": f"gw{slot}",
        "workercount": count,
        "testrunuid": run,
        "mainargv": sys.argv,
    }
    os.environ["PYTEST_XDIST_WORKER"] = f"gw{slot}"
    os.environ["PYTEST_XDIST_WORKER_COUNT"] = str(count)
    os.environ["PYTEST_XDIST_TESTRUNUID"] = run


def tell(reports, out):
    """For a run of isorun's, whose output is all that is seen of a test."""
    tw = TerminalWriter(out)
    for report in reports:
        if report.skipped and isinstance(report.longrepr, tuple):
            file, line, why = report.longrepr
            tw.line(f"SKIPPED [1] {os.path.relpath(file)}:{line}: {why}")
        if not report.failed:
            continue
        tw.sep("_", f"{report.when} of {report.nodeid}")
        report.toterminal(tw)
        for name, content in report.sections:
            tw.sep("-", name)
            tw.write(content if content.endswith("\n") else content + "\n")


def run_one(server, items, order, at):
    item, following = items[at], items[at + 1] if at + 1 < len(items) else None
    recorder = server.recorder
    recorder.at = at
    begun_ns = time.monotonic_ns()
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    if len(items) > 1:
        took_ns = time.monotonic_ns() - begun_ns
        server.wire.send({**order["fork"][at], "wall_ns": took_ns, **recorder.outcome()})


def run(server, items, order, result_fd):
    """Runs the tests, one after the other, and ends the process."""
    status = STATUS_BROKEN
    try:
        session, config = server.session, server.session.config
        recorder = server.recorder
        atexit._clear()
        library.take_environment()
        server.forget_environment()
        tempfile.tempdir = None
        server.streams.renew()
        forget_setup(session)
        forget_tmp_path(config)
        become_worker(config, order.get("slot", 0))
        recorder.activate(result_fd)
        server.forget(result_fd)
        measured = result_fd is not None and measure.begin(config)
        for at in range(len(items)):
            run_one(server, items, order, at)
        status = recorder.status()
        if measured:
            recorder.write("coverage", measure.end(measured))
        atexit._run_exitfuncs()
        if result_fd is None:
            with server.streams.open_output() as f:
                tell(recorder.reports, f)
    except BaseException as e:
        # The main process cannot be ended from here.
        status = STATUS_BROKEN
        if isinstance(e, pytest.exit.Exception):
            recorder.write("exit", [str(e.msg), e.returncode])
        with server.streams.open_output() as f:
            traceback.print_exc(file=f)
    finally:
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            try:
                stream.flush()
            except Exception:
                pass
        if status != STATUS_BROKEN:
            server.wire.send({**order["fork"][0], "finished": True})
        os._exit(status)
