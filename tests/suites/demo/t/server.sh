#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts a server in the background with a pid file, uses it, and forgets to
# stop it.
set -eu
pidfile=/tmp/isorun-demo.pid
if [ -e $pidfile ]; then
	echo "a server runs already: pid $(cat $pidfile)" >&2
	exit 1
fi
sleep 300 >/dev/null 2>&1 &
echo $! >$pidfile
sleep 0.1
kill -0 "$(cat $pidfile)"
