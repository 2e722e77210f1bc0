# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Nothing is pushed into the caller's terminal (CVE-2017-5226, CVE-2019-10063).
. "$E2E/lib.sh"

expect 0 isorun "$PROBE" tiocsti
