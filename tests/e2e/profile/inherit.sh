# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A profile inherits from another and changes what it names.
. "$E2E/lib.sh"

need_namespaces

cat >mine.ini <<-'END'
	[profile]
	inherit = default
	[network]
	mode = host
END
expect 0 isorun profile ./mine.ini
cp "$out" shown
expect 0 isorun --profile ./mine.ini readlink /proc/self/ns/net
prints "$(readlink /proc/self/ns/net)"
expect 0 isorun --profile ./mine.ini sh -c 'ls -A /tmp'
prints ""
