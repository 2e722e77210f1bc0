# SPDX-License-Identifier: Apache-2.0
"""pytest-isorun: every test in a sandbox of its own, at the price of a fork."""

__version__ = "0.1.0"

PRELOAD = "_isorun_preload"


def preload(fixture):
    """Marks a fixture as one that survives a fork: it is set up once, before the tests that
    use it are forked, and they share it copy-on-write.  It stands above or below
    @pytest.fixture, and does nothing without --isorun."""
    wrapped = getattr(fixture, "__pytest_wrapped__", None)
    for function in (fixture, getattr(wrapped, "obj", None),
                     getattr(fixture, "_fixture_function", None)):
        if function is not None:
            try:
                setattr(function, PRELOAD, True)
            except AttributeError:
                pass
    return fixture
