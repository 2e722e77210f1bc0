# SPDX-License-Identifier: Apache-2.0
"""coverage.py, started in the main process by itself or by pytest-cov: each test measures its own
lines, and the main process adds them to what it knows."""

import base64
import os
import sys


def _current():
    # Whoever measures has imported it.
    module = sys.modules.get("coverage")
    return module.Coverage.current() if module and hasattr(module, "Coverage") else None


def begin(config):
    """In a test: forgets what was measured before it."""
    cov = _current()
    if cov is None:
        return None
    # It would begin anew in a process that it does not know, with a file that nobody sees.
    plugin = config.pluginmanager.getplugin("_cov")
    if plugin is not None:
        plugin.pid = os.getpid()
    # As coverage.py has it for the processes that it starts.
    cov._warn_no_data = cov._warn_unimported_source = cov._warn_preimported_source = False
    cov.stop()
    cov.erase()
    cov.start()
    return cov


def end(cov):
    """What was measured since, as text."""
    cov.stop()
    return base64.b64encode(cov.get_data().dumps()).decode()


def add(text):
    """In the main process."""
    cov = _current()
    if cov is None:
        return
    from coverage import CoverageData

    data = CoverageData(no_disk=True)
    data.loads(base64.b64decode(text))
    cov.get_data().update(data)
