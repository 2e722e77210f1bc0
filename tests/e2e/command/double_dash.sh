# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# After -- a word that is a subcommand is a command.
. "$E2E/lib.sh"

mkdir bin
printf '#!/bin/sh\necho a command\n' >bin/suite
chmod +x bin/suite
PATH=$PWD/bin:$PATH
expect 0 isorun -- suite
prints "a command"
