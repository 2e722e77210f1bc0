#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Loads a model: needs about a gigabyte for a moment.  argv: number, MiB."""
import sys
import time

model = bytearray()
for step in range(8):
    model += bytes(int(sys.argv[2]) * 131072)
    time.sleep(0.05)
time.sleep(0.5)
print(f"model {sys.argv[1]}: {len(model) >> 20} MiB")
