# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Arguments arrive as they were given.
. "$E2E/lib.sh"

expect 0 isorun printf '<%s>\n' 'a  b' '' '*' '--memory' -- '$HOME'
prints "<a  b>
<>
<*>
<--memory>
<-->
<\$HOME>"
expect 0 isorun -- printf '%s\n' --help
prints --help
