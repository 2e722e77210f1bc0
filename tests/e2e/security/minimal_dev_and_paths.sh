# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Binds, private and hidden paths below /dev work where /dev is minimal, and
# what a private directory covers can be named in hide and readonly.
. "$E2E/lib.sh"

need_namespaces

echo text >file
expect 0 isorun --profile strict --bind "$PWD/file:/dev/shm/a/file" --bind "$PWD/file:/dev/file" \
	--bind /dev/zero:/dev/mine sh -c 'cat /dev/shm/a/file /dev/file; head -c1 /dev/mine | wc -c'
prints 'text
text
1'

cat >paths.ini <<-END
	[profile]
	inherit = strict
	[filesystem]
	private = /dev/shm /dev
	hide = /dev/zero /dev/kmsg /dev/net $PWD/file /run/lock
	readonly = /dev/shm /dev/cpu /run/lock
END
expect 0 isorun --profile ./paths.ini sh -c 'cat file /dev/zero; echo x >/dev/null && echo written
	(echo y >/dev/shm/y) 2>/dev/null || echo refused'
prints 'written
refused'
quiet
