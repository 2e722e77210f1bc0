#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails at first and passes when it is tried again.  (A real one would draw
# lots; a demonstration has to be the same each time.)
[ "${ISORUN_ATTEMPT:-1}" -gt 1 ] || { echo "the stars are not right" >&2; exit 1; }
