# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Without namespaces too nothing stays when isorun is killed, and what stays when
# the sandbox's init is killed with it goes with the next run.
. "$E2E/lib.sh"

mkdir tmp
export TMPDIR="$PWD/tmp"
mark=61.$$
no_tmp() { [ -z "$(ls -A tmp)" ]; }
begin()
{
	rm -f ready
	"$PROBE" refuse-namespaces "$ISORUN" sh -c "setsid sleep $mark & touch \$TMPDIR/f
		touch ready; sleep $mark; :" 2>/dev/null &
	pid=$!
	own $pid
	within 10 test -e ready
}

begin
kill -9 $pid
within 10 dead "sleep $mark"
within 10 no_tmp

# The test dies with its init; a daemon of it lives on: isorun(1) says so.
begin
init=$(pgrep -P $pid)
test=$(pgrep -P "$init" -f 'touch ready')
kill -STOP $pid
kill -9 "$init" $pid
within 10 gone_child "$test"
[ -n "$(ls -A tmp)" ] || fail "nothing was left to clear up"
pkill -9 -f "^sleep $mark\$"
expect 0 bare true
no_tmp || fail "left: $(ls -A tmp)"
