#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An output file in the tree, as a build step would write it.
set -eu
echo "result of test $1" >result.txt
sleep 0.2
[ "$(cat result.txt)" = "result of test $1" ] || { echo "result.txt is of another test" >&2; exit 1; }
