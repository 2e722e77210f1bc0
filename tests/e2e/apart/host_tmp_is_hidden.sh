# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A file that lies in the host's /tmp is not seen in the private one.
. "$E2E/lib.sh"

need_namespaces

name=/tmp/isorun-e2e-host-$$
echo host >"$name"
"$ISORUN" test -e "$name"
r=$?
rm -f "$name"
[ $r = 1 ] || fail "the host's $name is seen inside"
