# SPDX-License-Identifier: Apache-2.0
"""Under `isorun suite pytest:DIR`: lists the tests, and forks those that it asks for."""

import os
import sys

import pytest

from . import library
from .preloader import Preloader
from .server import ForkServer, serve
from .wire import Wire

SERVER_FD = "ISORUN_FORKSERVER_FD"
NOT_HERE = 120  # this Python has no pytest


class Suite:
    def __init__(self, config):
        self.config = config
        self.wire = Wire.of_fd(int(os.environ.pop(SERVER_FD)))
        os.set_inheritable(self.wire.fileno(), False)
        library.die_with_parent()
        self.root = str(config.rootdir)
        self.skipped = []

    def pytest_collectreport(self, report):
        if report.skipped:
            why = report.longrepr
            why = why[2] if isinstance(why, tuple) else str(why)
            file = os.path.join(self.root, report.nodeid.split("::")[0])
            self.skipped.append((os.path.relpath(file), why))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        if session.testsfailed:
            return None  # pytest says what could not be collected
        forker = library.Forker(os.environ["ISORUN_PROGRAM"])
        option = self.config.option
        names = set(self.config.getini("isorun_preload")) | set(option.isorun_preload or ())
        server = ForkServer(
            session, self.wire, forker, Preloader(names - {"auto"}, "auto" in names))
        try:
            server.send_list(
                {"test": file, "file": file, "command": ["true"], "settings": {"disabled": why}}
                for file, why in self.skipped)
        except ValueError as e:
            self.wire.send({"error": str(e)})
            return True
        serve(server)
        self.wire.close()
        server.close()
        return True


def main(args):
    try:
        library.Forker(library.find_program())
    except library.Missing as e:
        print(e, file=sys.stderr)
        return NOT_HERE
    return int(pytest.main(["-q", "-p", "no:cacheprovider", "-p", "pytest_isorun.plugin", *args]))
