# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# In a chroot into a mere directory, as build farms have them, no mount can be kept from the
# host: tests run without namespaces there, with a warning.  Where the directory is a mount
# they have all.
. "$E2E/lib.sh"

need_root
need_namespaces
cat >enter <<'END'
root=$1
shift
for dir in /*; do
	[ ! -L "$dir" ] || cp -P "$dir" "$root/"
	[ -d "$dir" ] && [ ! -L "$dir" ] || continue
	mkdir "$root$dir" && mount --rbind "$dir" "$root$dir" || exit 9
done
exec chroot "$root" "$@"
END
mkdir one two three
expect 7 unshare -m sh enter one "$ISORUN" sh -c 'cd "$TMPDIR" && exit 7'
says 'make all mounts private: Invalid argument'
expect 7 unshare -m sh -c 'mount --bind two two && . ./enter' sh two "$ISORUN" sh -c 'exit 7'
lacks 'Invalid argument' "$err"
expect 125 unshare -m sh enter three "$ISORUN" --strict true
says 'the root directory is no mount, in a chroot'
