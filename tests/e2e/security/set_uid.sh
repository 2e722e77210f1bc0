# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# isorun refuses to run set-uid (CVE-2020-5291).
. "$E2E/lib.sh"

need_root
cp "$ISORUN" ./isorun-suid
chmod 4755 ./isorun-suid
expect 125 setpriv --reuid=65534 --regid=65534 --clear-groups ./isorun-suid true
says 'set-uid'
