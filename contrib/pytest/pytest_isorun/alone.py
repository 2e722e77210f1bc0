# SPDX-License-Identifier: Apache-2.0
"""A test of `pytest --isorun` in a pytest of its own, on a host where no fork can be boxed: loaded by
PYTEST_PLUGINS, it hands the reports on."""

import hashlib
import os

from .child import Recorder

REPORTS = "PYTEST_ISORUN_REPORTS"
VARIABLES = {"PYTEST_PLUGINS": __name__}


def file_of(directory, test):
    return os.path.join(directory, hashlib.sha256(test.encode()).hexdigest())


def environment(directory):
    """Entries of the environment of such a pytest."""
    return [f"{REPORTS}={directory}", *(f"{k}={v}" for k, v in VARIABLES.items())]


def forget_environment():
    """What a test starts is no such pytest."""
    for name in (REPORTS, *VARIABLES):
        os.environ.pop(name, None)


def pytest_configure(config):
    directory = os.environ.get(REPORTS)
    if not directory:
        return
    forget_environment()
    path = file_of(directory, os.environ["ISORUN_TEST"])
    recorder = Recorder(config)
    recorder.activate(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    config.pluginmanager.register(recorder, "isorun-recorder")
