#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An abstract socket with a fixed name, as desktop programs use to be alone."""
import socket
import sys
import time

s = socket.socket(socket.AF_UNIX)
try:
    s.bind("\0isorun-demo")
except OSError as e:
    sys.exit(f"another instance is running: {e}")
s.listen()
time.sleep(0.3)
