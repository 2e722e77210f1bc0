# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The working directory is one of the sandbox: by none of the descriptors that the
# launcher holds, and by no link to what the mounts cover, a test comes to stand
# outside (CVE-2024-21626).
. "$E2E/lib.sh"

mkdir beside tree
ln -s /proc/self/cwd tree/link
{
	for n in $(seq 3 40); do
		printf '[test fd-%s]\ncwd = /proc/self/fd/%s\ncommand = readlink /proc/self/cwd\n' "$n" "$n"
	done
	for dir in /proc/1/cwd /proc/self/cwd /proc/1/root /proc/thread-self/cwd link; do
		printf '[test %s]\ncwd = %s\ncommand = ls ..; pwd -P\n' "$dir" "$dir"
	done
	printf '[test inside]\ncwd = /proc/self\ncommand = true\n'
} >tree/isorun.ini
cd tree || exit 1
for profile in default strict; do
	expect 1 isorun suite -p $profile --junit junit.xml 5<..
	cases junit.xml >got
	[ "$(grep -c '^error ' got)" = 43 ] || fail "got in: $(grep -v '^error' got)"
	# What is no such link is a directory like any other.
	has '^passed inside$' got
done
has 'change to directory .*/link.: Too many levels of symbolic links'
