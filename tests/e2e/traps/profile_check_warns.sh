# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# 1. A profile with private pids over a shared /tmp is warned of.
. "$E2E/lib.sh"

cat >mine.ini <<-'END'
	[profile]
	inherit = default
	[filesystem]
	private = none
END
isorun profile ./mine.ini >"$out" 2>"$err"
cat "$err" >>"$out"
has '/tmp'
