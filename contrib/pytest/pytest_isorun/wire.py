# SPDX-License-Identifier: Apache-2.0
"""The connection to `isorun suite`, isorun-forkserver(7): one JSON object a packet."""

import json
import os
import socket

PACKET_MAX = 1 << 18
FDS_MAX = 32


class Wire:
    def __init__(self, sock):
        self.sock = sock

    @classmethod
    def of_fd(cls, fd):
        return cls(socket.socket(fileno=fd))

    def fileno(self):
        return self.sock.fileno()

    def send(self, message, fds=()):
        data = json.dumps(message).encode()
        socket.send_fds(self.sock, [data], list(fds))

    def receive(self):
        """A message and the descriptors that came with it, the caller's to close; None at the
        end of the connection."""
        data, fds, _flags, _address = socket.recv_fds(self.sock, PACKET_MAX, FDS_MAX)
        if not data:
            return None, []
        return json.loads(data), fds

    def close(self):
        self.sock.close()


def close_all(fds):
    for fd in fds:
        os.close(fd)
