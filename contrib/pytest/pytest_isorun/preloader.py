# SPDX-License-Identifier: Apache-2.0
"""Fixtures that are set up once, before the tests that use them are forked."""

import os
import threading

from . import PRELOAD

WIDE = ("session", "package", "module", "class")


class Held:
    """What a fork does not take along, or would share with its siblings."""

    def __init__(self):
        self.fds = {}
        for name in os.listdir("/proc/self/fd"):
            try:
                self.fds[name] = os.readlink(f"/proc/self/fd/{name}")
            except OSError:
                pass  # that of the directory itself
        self.threads = set(os.listdir("/proc/self/task"))
        self.python_threads = set(threading.enumerate())
        self.children = _children()

    def more_than(self, before):
        new = {t for n, t in self.fds.items() if before.fds.get(n) != t}
        found = []
        if any(t.startswith("socket:") for t in new):
            found.append("a socket")
        # Libraries that were loaded for it are files that nobody writes to.
        if any(not t.startswith("socket:") for t in new):
            found.append("an open descriptor")
        if self.threads - before.threads or self.python_threads - before.python_threads:
            found.append("a thread")
        if self.children - before.children:
            found.append("a process")
        return found


def _children():
    ret = set()
    for task in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{task}/children") as f:
                ret.update(f.read().split())
        except OSError:
            pass  # the thread has ended, or a kernel without that file
    return ret


class Preloader:
    """names: of fixtures; auto: all that hold nothing which a fork loses."""

    def __init__(self, names=(), auto=False):
        self.names = set(names)
        self.auto = auto
        self.kept = {}   # fixture name: scope
        self.left = {}   # fixture name: what it holds, or why it failed

    def _wanted(self, definition):
        return getattr(definition.func, PRELOAD, False) or definition.argname in self.names

    def definitions(self, item, scopes):
        """Those of the item that are to be set up ahead, in the order of their use.  One with
        parameters has a value for each, so it is set up by who knows which."""
        info = getattr(item, "_fixtureinfo", None)
        if info is None or not hasattr(item, "_initrequest"):
            return []
        ret = []
        for name in info.names_closure:
            definition = (info.name2fixturedefs.get(name) or [None])[-1]
            if definition is None or definition.scope not in scopes or definition.params:
                continue
            if name in self.left or name.startswith(("_unittest_", "_xunit_")):
                continue
            if self._wanted(definition) or (self.auto and not definition.argname.startswith("_")):
                ret.append(definition)
        return ret

    def may_set_up(self, items):
        return any(self.definitions(item, WIDE) for item in items)

    def set_up(self, session, item, scopes):
        """All of the item's; what fails is left to the tests, which tell why."""
        for definition in self.definitions(item, scopes):
            if definition.cached_result is None:
                self._set_up_one(session, item, definition)
                # The item itself has set up nothing yet.
                item._initrequest()

    def _set_up_one(self, session, item, definition):
        name = definition.argname
        stack_nodes(session, item, definition.scope)
        before = Held()
        try:
            item._request._get_active_fixturedef(name)
        except BaseException as e:
            if isinstance(e, KeyboardInterrupt):
                raise
            self._give_up(item, definition, f"it failed: {type(e).__name__}: {e}")
            return
        holds = [] if self._wanted(definition) else Held().more_than(before)
        if holds:
            self._give_up(item, definition, "it holds " + " and ".join(holds))
        else:
            self.kept[name] = definition.scope

    def _give_up(self, item, definition, why):
        self.left[definition.argname] = why
        try:
            definition.finish(item._request)
        except Exception:
            pass  # each test does it again, and tells


def stack_nodes(session, item, scope):
    """Has the collectors of that scope, and those above, stand for their finalizers."""
    stack = session._setupstate.stack
    for node in item.listchain():
        if node is item or not _covers(node, scope):
            break
        if node not in stack:
            stack[node] = ([node.teardown], None)
            node.setup()


def _covers(node, scope):
    import pytest

    if scope == "session":
        return isinstance(node, pytest.Session)
    if scope == "class":
        return True
    if scope == "module":
        return not isinstance(node, pytest.Class)
    return not isinstance(node, (pytest.Class, pytest.Module))
