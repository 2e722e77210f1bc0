# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# No attempt to get out of the strict profile succeeds but those that may by design.
. "$E2E/security/escape"

begin
table >list
in_profile strict
