# SPDX-License-Identifier: Apache-2.0
"""A terminal from the outside: starts a program on a pty, types, waits for what it shows."""

import fcntl
import os
import re
import select
import signal
import struct
import sys
import termios
import time

SLOW = int(os.environ.get("SLOW", "1"))
ISORUN = os.environ["ISORUN"]


class Outer:
    def __init__(self, *argv, size=(30, 100), stdin=None, env=None, before=None):
        self.master, self.slave = os.openpty()
        self.resize(*size, tell=False)
        self.shown = b""
        self.at = 0
        self.status = None
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(self.slave, fd)
            if stdin is not None:
                os.dup2(stdin, 0)
            os.closerange(3, 64)
            if before:
                before()
            os.execvpe(argv[0], argv, {**os.environ, **(env or {})})
        self.mode = termios.tcgetattr(self.slave)

    def fail(self, why):
        tail = self.shown[-400:].decode(errors="replace")
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
        sys.exit(f"FAIL: {why}; shown: {tail!r}")

    def resize(self, rows, cols, tell=True):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def type(self, text):
        data = text.encode() if isinstance(text, str) else text
        while data:
            self.read(0, writing=True)
            try:
                os.set_blocking(self.master, False)
                n = os.write(self.master, data)
            except BlockingIOError:
                n = 0
            finally:
                os.set_blocking(self.master, True)
            data = data[n:]

    def line(self, text):
        # Not \r: that ends a line in some modes only.
        self.type(text + "\n")

    def prompt(self, pattern):
        """A shell reads what is typed from here on: a job that is about to stop may
        still take a key, so a line is typed until the shell is who answers it."""
        deadline = time.monotonic() + 10 * SLOW
        while not re.compile(pattern.encode()).search(self.shown, self.at):
            if time.monotonic() > deadline:
                self.fail(f"no prompt {pattern!r}")
            self.line("")
            self.read(0.3)
        self.expect(pattern)

    def read(self, timeout, writing=False):
        """Takes what there is; False at the end of the terminal's use."""
        r, _, _ = select.select([self.master], [self.master] if writing else [], [], timeout)
        if r:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return False
            self.shown += data
        return True

    def expect(self, pattern, seconds=10):
        """Waits until what was shown since the last match matches."""
        deadline = time.monotonic() + seconds * SLOW
        while True:
            m = re.compile(pattern.encode(), re.S | re.M).search(self.shown, self.at)
            if m:
                self.at = m.end()
                return m
            if time.monotonic() > deadline:
                self.fail(f"no {pattern!r}")
            over = self.ended()
            had = len(self.shown)
            self.read(0.05)
            if over and len(self.shown) == had:
                self.fail(f"no {pattern!r}")

    def until(self, what, true, seconds=10):
        deadline = time.monotonic() + seconds * SLOW
        while not true():
            if time.monotonic() > deadline:
                self.fail(f"not in time: {what}")
            self.read(0.02)

    def ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def ends(self, status, seconds=10):
        """It ends in time, with this status (-N: by signal N), and everything it wrote is here."""
        self.until("its end", self.ended, seconds)
        while select.select([self.master], [], [], 0)[0] and self.read(0):
            pass
        if status is not None and self.status != status:
            self.fail(f"ended with {self.status} instead of {status}")

    def is_raw(self):
        return not termios.tcgetattr(self.slave)[3] & termios.ICANON

    def is_job(self):
        """A program that the shell started has the terminal."""
        return os.tcgetpgrp(self.master) != self.pid and not self.is_raw()

    def is_restored(self):
        if termios.tcgetattr(self.slave) != self.mode:
            self.fail("the terminal's mode is not what it was")

    def hang_up(self):
        """Closes the terminal's window."""
        os.close(self.slave)
        os.close(self.master)
