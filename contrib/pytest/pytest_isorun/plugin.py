# SPDX-License-Identifier: Apache-2.0
"""The plugin: options, and which of its two parts run the tests."""

import os

import pytest

from . import library

SERVER_FD = "ISORUN_FORKSERVER_FD"


def pytest_addoption(parser):
    group = parser.getgroup("isorun", "every test in a sandbox of its own")
    group.addoption(
        "--isorun", action="store_true",
        help="fork each test into a sandbox of its own, as many at once as memory allows")
    group.addoption(
        "--isorun-args", action="append", metavar="OPTIONS",
        help="options of 'isorun suite', as in --isorun-args='-j 8 --profile strict'")
    group.addoption(
        "--isorun-granularity", choices=("case", "auto"), metavar="HOW",
        help="auto: short tests of a file share a fork, once they are known; case: none do")
    group.addoption(
        "--isorun-preload", action="append", metavar="NAME",
        help="set this fixture up once, before tests are forked; auto: all that hold no "
             "socket, thread, process or open descriptor")
    group.addoption(
        "--isorun-threads", type=int, metavar="N",
        help="threads of OpenMP, OpenBLAS and MKL, in the main process as in tests; with 1 they "
             "may be used before the forks")
    parser.addini("isorun_args", "options of 'isorun suite'", type="args", default=[])
    parser.addini("isorun_granularity", "as --isorun-granularity", default="")
    parser.addini("isorun_preload", "fixtures as for --isorun-preload", type="args", default=[])


THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    """Before anything is imported that looks at them."""
    threads = getattr(early_config.known_args_namespace, "isorun_threads", None)
    if threads is not None:
        for name in THREADS:
            os.environ[name] = str(threads)


def wants(config):
    return config.getoption("isorun", False) or SERVER_FD in os.environ


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    if not config.getoption("isorun", False):
        return
    option = config.option
    # Before xdist makes workers of it.
    workers = getattr(option, "numprocesses", None)
    if workers or getattr(option, "tx", None):
        config._isorun_beside = (
            f"-n {workers} is how many tests run at once: isorun runs them, without workers")
        if isinstance(workers, int) and workers > 0:
            option.isorun_jobs = workers
        option.numprocesses = 0
        option.dist = "no"
        option.tx = []


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    config.addinivalue_line(
        "markers",
        "isorun(memory, cpus, gpu, tokens, locks, profile, timeout, exclusive, retries): what "
        "the test needs, as in isorun.ini")
    if not wants(config):
        return
    if config.option.collectonly:
        return
    # A debugger and a plan need the tests in this process.
    for name in ("usepdb", "setuponly", "setupplan", "trace"):
        if getattr(config.option, name, False):
            config._isorun_beside = f"not used: --{name.replace('use', '')} needs the tests here"
            return
    if not config.pluginmanager.hasplugin("xdist"):
        from . import worker

        config.pluginmanager.register(worker, "isorun-worker")
    if SERVER_FD in os.environ:
        from .suite import Suite

        config.pluginmanager.register(Suite(config), "isorun-session")
        return
    from .session import Session

    try:
        program = library.find_program()
        forker = library.Forker(program)
    except library.Missing as e:
        raise pytest.UsageError(f"--isorun: {e}") from None
    config.pluginmanager.register(Session(config, program, forker), "isorun-session")


def pytest_report_header(config):
    beside = getattr(config, "_isorun_beside", None)
    return f"isorun: {beside}" if beside else None
