# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A pasta that fails is quoted; one that never answers holds up neither a time
# limit nor the end after isorun was killed.
. "$E2E/lib.sh"
need_namespaces
need_root
need_nat

fake() { printf '#!/bin/sh\n%s\n' "$1" >fake && chmod 755 fake; }
# shellcheck disable=SC2016 # expanded by the inner shell
with_fake='pasta=$(command -v pasta); mount --bind fake "$(realpath "$pasta")" && exec "$@"'

fake 'echo "the sky has fallen" >&2; exit 1'
expect 125 unshare -m sh -c "$with_fake" sh "$ISORUN" --net nat echo ran
says '^isorun: network nat: pasta: the sky has fallen$'
prints ''

fake "echo begun >$PWD/begun; exec sleep 61.$$"
expect 124 unshare -m sh -c "$with_fake" sh "$ISORUN" --net nat -t 1s --grace 0s echo ran
prints ''
dead "61.$$" || fail "what stood for pasta lives on"

rm -f begun
unshare -m sh -c "$with_fake" sh "$ISORUN" --net nat true &
launcher=$!
own $launcher
within 10 test -e begun
kill -9 $launcher
within 10 dead "61.$$"
