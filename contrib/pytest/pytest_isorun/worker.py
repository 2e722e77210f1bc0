# SPDX-License-Identifier: Apache-2.0
"""The fixtures of xdist, for suites that were written for it, where it is not."""

import os

import pytest


@pytest.fixture(scope="session")
def worker_id():
    """"gw0" and so on, unique among the tests that run at the same time."""
    return os.environ["PYTEST_XDIST_WORKER"]


@pytest.fixture(scope="session")
def testrun_uid():
    """The name of isorun's run."""
    return os.environ["PYTEST_XDIST_TESTRUNUID"]
