# SPDX-License-Identifier: Apache-2.0
"""pytest's session under --isorun."""

import pytest

from .controller import Controller


class Session:
    def __init__(self, config, program, forker):
        self.config = config
        self.controller = Controller(config, program, forker)
        reporter = config.pluginmanager.getplugin("terminalreporter")
        if reporter and reporter.verbosity <= 0:
            # Files take turns: a letter a test, as with xdist.
            reporter.showfspath = False

    def pytest_report_header(self):
        return "isorun: each test is forked into a sandbox of its own"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        config = session.config
        if session.testsfailed and not config.option.continue_on_collection_errors:
            many = "s" if session.testsfailed != 1 else ""
            raise session.Interrupted(
                f"{session.testsfailed} error{many} during collection")
        if config.option.collectonly or not session.items:
            return None
        self.controller.run(session)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        return True

    def pytest_terminal_summary(self, terminalreporter):
        write = terminalreporter.write_line
        for text in self.controller.warnings:
            write(f"isorun: {text}")
        for test, left in self.controller.leftovers:
            name = left.get("command") or left.get("name")
            write(f"isorun: left running by {test}: {name} (it was ended)")
        for what, why in sorted(self.controller.degraded.items()):
            write(f"isorun: degraded: {what}: {why}")
        preloader = self.controller.server.preloader if self.controller.server else None
        if preloader and preloader.kept:
            write("isorun: set up once: " + ", ".join(sorted(preloader.kept)))
        if preloader:
            for name, why in sorted(preloader.left.items()):
                write(f"isorun: {name} is set up in each test: {why}")
