#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A test that shares nothing with anybody."""
import sys
import unittest


class Arithmetic(unittest.TestCase):
    def test_sums(self):
        self.assertEqual(sum(range(1000000)), 499999500000)


sys.exit(not unittest.main(argv=sys.argv[:1], exit=False).result.wasSuccessful())
