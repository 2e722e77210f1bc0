# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A mount inside of the tree has an overlay of its own: its files are seen and can
# be written, are listed and kept, and the mount stays as it was.
. "$E2E/lib.sh"

need_namespaces
need_root
mkdir "sub dir"
# shellcheck disable=SC2016 # expanded by the inner shell
expect 0 unshare -m sh -ec '
	mount -t tmpfs none "sub dir"
	mkdir "sub dir/in"
	mount -t tmpfs none "sub dir/in"
	echo old >"sub dir/file"
	echo old >"sub dir/in/file"
	"$ISORUN" --keep "*.keep" --status status.json sh -ec "
		cat \"sub dir/file\" \"sub dir/in/file\"
		echo new >\"sub dir/file\"
		echo new >\"sub dir/in/file\"
		echo new >\"sub dir/in/x.keep\"
		cat \"sub dir/in/file\""
	cat "sub dir/file" "sub dir/in/file" "sub dir/in/x.keep"'
prints "old
old
new
old
old
new"
quiet
json status.json written >list
has '"sub dir/in/x.keep"' list
has '"sub dir/file"' list

# What no overlay can be laid over is read-only, and that is said.
echo text >file
echo other >over
# shellcheck disable=SC2016
expect 0 unshare -m sh -ec '
	mount --bind over file
	"$ISORUN" --workspace overlay --status status.json sh -c "
		cat file
		echo x >file || echo refused"'
prints "other
refused"
says "warning: without writing to the mount '.*/file'"
[ "$(json status.json degraded.0.what)" = "writing to the mount '$PWD/file'" ] || fail "not recorded"
# shellcheck disable=SC2016
expect 125 unshare -m sh -ec 'mount --bind over file && "$ISORUN" --strict --workspace overlay true'
