# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The program of the sandbox's init cannot be written (CVE-2019-5736).
. "$E2E/lib.sh"

expect 0 isorun sh -c 'if (echo x >/proc/1/exe) 2>/dev/null; then echo written; else echo refused; fi'
prints refused
