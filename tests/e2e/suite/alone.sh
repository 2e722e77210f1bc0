# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What a failed test is to be run with alone gives it the same sandbox, whoever
# asked for it: the command line or the manifest; and it can be copied into a shell.
. "$E2E/lib.sh"

need_namespaces
mkdir hidden sub here
echo secret >hidden/file
cat >isorun.ini <<-'END'
	[suite]
	network.mode = none
	filesystem.hide = /srv /opt
	[test several]
	command = cat hidden/file here/only; test ! -e /sys/class/net/eth0; echo "$GIVEN"
	 echo "it's here"; ulimit -u >/dev/null; exit 7
END
echo yes >sub/only
# shellcheck disable=SC2016
expect 1 isorun suite --hide hidden --bind "sub:$PWD/here" --env 'GIVEN=a b' --seccomp strict \
	--seccomp-log --workspace readonly --tmp-size 3M
has '^  run it alone: cd .* && isorun --workspace readonly --net none --hide /srv --hide /opt '
sed -n 's/^  run it alone: //; t on; d; :on; N; p' "$out" >again
sed -i "s|isorun |$ISORUN |" again
sed -n 's/^  | //p' "$out" >first
expect 7 sh again
cat "$err" "$out" | grep -vE '^isorun:' >second
grep -q "^it's here$" second || fail "not the whole command"
grep -q '^a b$' second || fail "not its environment"
grep -qx yes second || fail "not its bind"
! grep -q secret second || fail "not what is hidden"
