#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""POSIX shared memory under the name that the program under test has built in."""
import sys
import time
from multiprocessing import resource_tracker, shared_memory

try:
    block = shared_memory.SharedMemory("isorun-demo", create=True, size=1 << 20)
except FileExistsError as e:
    sys.exit(f"shared memory: {e}")
block.buf[:5] = b"hello"
time.sleep(0.3)
good = bytes(block.buf[:5]) == b"hello"
block.close()
block.unlink()
sys.exit(0 if good else "shared memory was written by another test")
