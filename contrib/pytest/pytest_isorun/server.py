# SPDX-License-Identifier: Apache-2.0
"""The fork server: a pytest that has collected, imported and loaded, and forks.

    isorun suite --- orders ---> main process --- fork --> branch, one a module or class
         |                          |                         with fixtures of its own
         |                          fork                    fork
         |                          v                         v
         +-- sandbox, limit --->  test                      test

What is set up here is torn down here, once; a test forgets it at its fork.
"""

import gc
import os
import selectors
import socket

from . import child
from . import items as descriptions
from .preloader import Preloader
from .wire import Wire, close_all


class ForkServer:
    def __init__(self, session, wire, forker, preloader=None, live=None):
        self.session = session
        self.items = session.items
        self.wire = wire
        self.forker = forker
        self.preloader = preloader or Preloader()
        self.streams = child.Streams(session.config, live)
        self.recorder = child.Recorder(session.config)
        session.config.pluginmanager.register(self.recorder, "isorun-recorder")
        self.branches = {}      # node: Branch
        self.waiting = {}       # node: tests that were not asked for yet
        self.frozen = False

    def send_list(self, more=()):
        """Tells isorun of all tests; more: messages of what is no item.  Their names there."""
        messages, names = descriptions.describe(self.items, self.environment())
        complete = {"complete": True}
        if self.preloader.may_set_up(self.items):
            # Their files are to be seen in tests whose /tmp is their own.
            base = self.session.config._tmp_path_factory.getbasetemp()
            complete["profile"] = {"filesystem.bind": f"{base}:{base}:ro"}
        for message in [*messages, *more, complete]:
            self._answer(message)
        return names

    # What the two kinds of main processes differ in.
    def environment(self):
        """Of the commands that run tests where no fork can."""
        return ()

    def results_of(self, order):
        """A descriptor for the reports of a test, which is kept; None: nobody reads them."""
        return None

    def forget_environment(self):
        """In a test: what is set for its command only."""

    def forget(self, results):
        """In a test: closes what is not its; results: what is."""
        for branch in self.branches.values():
            branch.wire.close()

    def obey(self, order, fds):
        """Makes the fork that isorun asks for."""
        numbers = [one["test"] for one in order["fork"]]
        try:
            self._freeze()
            items = [self.items[n] for n in numbers]
            results = self.results_of(order)
            node = self._node_of(items)
            if node is None:
                self._fork(items, order, fds, results)
            else:
                self._pass_on(node, order, fds, results)
            self._count_down(items)
        finally:
            close_all(fds)

    def _fork(self, items, order, fds, results):
        answer = dict(order["fork"][0])
        self.streams.flush()
        try:
            pid = self.forker.fork_into(fds)
        except OSError as e:
            answer["error"] = str(e)
            self._answer(answer)
            return
        if pid == 0:
            child.run(self, items, order, results)
        answer["pid"] = pid
        self._answer(answer)

    def _answer(self, answer):
        try:
            self.wire.send(answer)
        except OSError:
            pass  # isorun has ended, and the test with it

    def _freeze(self):
        """Before the first fork: session fixtures, and a heap that forks do not copy by
        looking at it."""
        if self.frozen:
            return
        self.frozen = True
        for item in self.items:
            self.preloader.set_up(self.session, item, ("session",))
        for item in self.items:
            node = self._find_node(item)
            if node is not None:
                self.waiting[node] = self.waiting.get(node, 0) + 1
        gc.collect()
        gc.freeze()

    def _find_node(self, item):
        """Whose branch it is forked from.  pytest has the fixtures of one class at a time, and
        of one package."""
        import pytest

        if self.preloader.definitions(item, ("class",)):
            return item.getparent(pytest.Class) or item.getparent(pytest.Module)
        if self.preloader.definitions(item, ("package", "module")):
            return item.getparent(pytest.Module)
        return None

    def _node_of(self, items):
        """None, too, where they have none in common: each then sets up what it needs."""
        nodes = {self._find_node(item) for item in items} if self.waiting else {None}
        return nodes.pop() if len(nodes) == 1 else None

    def _pass_on(self, node, order, fds, results):
        branch = self.branches.get(node)
        if branch is None:
            branch = self.branches[node] = Branch(self)
        more = list(fds) + ([] if results is None else [results])
        branch.wire.send({"order": order, "results": results is not None}, more)

    def _count_down(self, items):
        for item in items if self.waiting else ():
            node = self._find_node(item)
            if node is None:
                continue
            self.waiting[node] -= 1
            if self.waiting[node] <= 0 and node in self.branches:
                # A test that is made again gets a new one.
                self.branches.pop(node).end()

    def close(self):
        for branch in self.branches.values():
            branch.end()
        self.branches.clear()
        Branch.await_all()


class Branch:
    """A fork of the main process in which the fixtures of one module or class stand."""

    pids = []

    def __init__(self, server):
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                ours.close()
                for other in server.branches.values():
                    other.wire.close()
                server.branches = {}
                Branch.pids = []
                status = serve_branch(server, Wire(its))
            finally:
                os._exit(status)
        Branch.pids.append(pid)
        its.close()
        self.wire = Wire(ours)

    def end(self):
        self.wire.close()

    @classmethod
    def await_all(cls):
        while cls.pids:
            os.waitpid(cls.pids.pop(), 0)


def serve_branch(server, wire):
    from .library import die_with_parent

    die_with_parent()
    session = server.session
    child.forget_setup(session)
    server.waiting = {}
    # Its end of it stays open in every test of ours: what was set up here they still use.
    alive, in_tests = os.pipe()
    gc.unfreeze()
    while True:
        message, fds = wire.receive()
        if message is None:
            break
        order = message["order"]
        results = fds.pop() if message["results"] else None
        items = [server.items[one["test"]] for one in order["fork"]]
        for item in items:
            server.preloader.set_up(session, item, ("package", "module", "class"))
        gc.freeze()
        server._fork(items, order, fds, results)
        close_all(fds)
        if results is not None:
            os.close(results)
    os.close(in_tests)
    while os.read(alive, 1):
        pass
    session._setupstate.teardown_exact(None)
    return 0


def serve(server, more=()):
    """Until isorun hangs up.  more: (file object, function called when it is readable)."""
    with selectors.DefaultSelector() as selector:
        selector.register(server.wire, selectors.EVENT_READ, None)
        for source, function in more:
            selector.register(source, selectors.EVENT_READ, function)
        while True:
            for key, _events in selector.select():
                if key.data is not None:
                    if not key.data():
                        return
                    continue
                order, fds = server.wire.receive()
                if order is None:
                    if not more:
                        return
                    selector.unregister(server.wire)
                    continue
                server.obey(order, fds)
