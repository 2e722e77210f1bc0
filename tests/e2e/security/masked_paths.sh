# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What hides a file is the null device, whatever somebody puts in its place, at
# any time (CVE-2025-31133).
. "$E2E/lib.sh"

need_namespaces

echo precious >file
echo other >other
expect 0 isorun --hide "$PWD/file" stat -c '%F %t:%T' file
prints 'character special file 1:3'
for path in /etc/shadow /proc/kcore /proc/kallsyms /proc/kmsg; do
	[ -e $path ] || continue
	expect 0 isorun --profile strict stat -c '%F %t:%T' $path
	prints 'character special file 1:3'
done

is_root || exit 0
# This script has a mount namespace of its own.
exec 7</dev/null 8>/dev/null
shown() { "$ISORUN" "$@" --hide "$PWD/file" cat file <&7 >"$out" 2>"$err"; }

mount --bind other /dev/null
shown
status=$?
shown -p strict
strict=$?
umount /dev/null
[ "$status" = 125 ] || fail "gave $status with another file as /dev/null"
[ "$strict" = 125 ] || fail "gave $strict with another file as /dev/null of strict"
says "see that '/dev/null' is device 1:3: No such device"

(
	while [ ! -e stop ]; do
		mount --bind other /dev/null
		umount /dev/null
	done 2>&8
) &
racer=$!
refused=0
for i in $(seq 60); do
	shown
	case $?:$(cat "$out") in
	0:) ;;
	125:) refused=$((refused + 1)) ;;
	*)
		bad=$(cat "$out" "$err")
		break
		;;
	esac
done
touch stop
wait $racer
umount /dev/null 2>&8
[ -z "${bad-}" ] || fail "try $i showed: $bad"
echo "$refused of 60 refused"
