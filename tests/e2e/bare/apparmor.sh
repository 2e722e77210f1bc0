# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Ubuntu's restriction of user namespaces is recognised: in the warning, the error
# and by doctor, each with its cure.  The knob is a file over a /proc/sys of its
# own; that no namespace can be made is true (max_user_namespaces, and no
# capabilities).
. "$E2E/lib.sh"

need_namespaces
# A /run of root's own, with the working directory where it was.
own_run='mount_run() {
	exec 3<. && mount -t tmpfs -o mode=755 none /run || exit 1
	case $PWD in
	/run/*) mkdir -p "$PWD" && mount --bind /proc/self/fd/3 "$PWD" && cd "$PWD" ;;
	esac
	exec 3<&-
}'
restricted()
{
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare -Um --map-root-user sh -c "$own_run"'
		boot=$(cat /proc/sys/kernel/random/boot_id)
		echo 0 >/proc/sys/user/max_user_namespaces
		mount -t tmpfs none /proc/sys && mkdir -p /proc/sys/kernel/random
		echo "$boot" >/proc/sys/kernel/random/boot_id
		echo 1 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns
		mount_run
		exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$@"' sh "$@"
}

expect 3 restricted "$ISORUN" sh -c 'exit 3'
says '^isorun: warning: .*namespaces \(make namespaces: AppArmor restricts user namespaces'
says 'kernel.apparmor_restrict_unprivileged_userns is 1'
expect 125 restricted "$ISORUN" --strict true
says '^isorun: --strict: '
expect 1 restricted "$ISORUN" doctor
has '^missing +user namespace +AppArmor restricts user namespaces'
has 'mend: install isorun.s AppArmor profile .*or as root: sysctl kernel.apparmor_'

# There the namespace itself is made, and fails when its ids are mapped; as it does
# under a /proc that cannot be written.
unmapped()
{
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare -Um --map-root-user sh -c "$own_run"'
		mount_run
		mount -o remount,bind,ro /proc &&
			exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$@"' sh "$@"
}
# shellcheck disable=SC2016 # expanded by the inner shell
expect 3 unmapped "$ISORUN" --memory 32M sh -c 'test -d "$TMPDIR" && exit 3'
says '^isorun: warning: .*namespaces \(use a user namespace: '
expect 125 unmapped "$ISORUN" --strict true
says '^isorun: --strict: no '
