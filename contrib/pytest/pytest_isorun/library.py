# SPDX-License-Identifier: Apache-2.0
"""isorun on this machine: its program, and the one function of libisorun that is needed."""

import ctypes
import ctypes.util
import os
import shutil
import sys

HINT = "install isorun, or name its program in ISORUN_PROGRAM"


class Missing(Exception):
    """isorun is not there, or of another version."""


class _Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("kind", ctypes.c_int), ("text", ctypes.c_char * 504)]


def find_program():
    named = os.environ.get("ISORUN_PROGRAM")
    program = named or shutil.which("isorun")
    if not program or not os.access(program, os.X_OK):
        raise Missing(f"no program '{named or 'isorun'}' (hint: {HINT})")
    return program


def _candidates(program):
    if "ISORUN_LIBRARY" in os.environ:
        yield os.environ["ISORUN_LIBRARY"]
        return
    beside = os.path.dirname(os.path.realpath(program))
    # Where it was built, then where it was installed.
    yield os.path.join(beside, "libisorun.so")
    for lib in ("lib", "lib64"):
        yield os.path.join(os.path.dirname(beside), lib, "libisorun.so.0")
    yield "libisorun.so.0"


def _load(program):
    tried = []
    for name in _candidates(program):
        try:
            # Keeps the interpreter's lock: in the fork nobody else could give it back.
            return ctypes.PyDLL(name)
        except OSError as e:
            tried.append(str(e))
    raise Missing(f"libisorun: {tried[0]} (hint: name the file in ISORUN_LIBRARY)")


class Forker:
    """Forks this process into sandboxes that isorun has made."""

    def __init__(self, program):
        self._lib = _load(program)
        try:
            self._fork_into = self._lib.iso_fork_into
        except AttributeError:
            raise Missing(f"{self._lib._name} is older than this plugin") from None
        self._lib.iso_spec_new.restype = ctypes.c_void_p
        self._spec = ctypes.c_void_p(self._lib.iso_spec_new())
        hooks = [
            ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p)
            for name in ("PyOS_BeforeFork", "PyOS_AfterFork_Parent", "PyOS_AfterFork_Child")
        ]
        self._lib.iso_spec_fork_hooks(self._spec, *hooks)

    def fork_into(self, fds):
        """0 in the child; its pid in the sandbox in this process; else OSError."""
        error = _Error()
        numbers = (ctypes.c_int * len(fds))(*fds)
        r = self._fork_into(self._spec, numbers, len(fds), ctypes.byref(error))
        if r < 0:
            raise OSError(-r, error.text.decode(errors="replace").split("\n")[0])
        return r


def die_with_parent():
    """Whoever kills isorun kills its fork server with it, prctl(2)."""
    ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)


_environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")


def take_environment():
    """What libisorun put into environ(7) behind Python's back."""
    known = os.environ._data
    at = 0
    while True:
        entry = _environ[at]
        if not entry:
            return
        name, _, value = entry.partition(b"=")
        if known.get(name) != value:
            known[name] = value
        at += 1


def python():
    """What this interpreter is called on a command line."""
    return sys.executable or "python3"
