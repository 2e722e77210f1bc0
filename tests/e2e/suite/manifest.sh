# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A manifest's tests have their own command, and its matches their settings.
. "$E2E/lib.sh"

cat >isorun.ini <<-'END'
	[suite]
	profile = default

	[test one]
	command = echo one
	memory = 64M

	[test two]
	command = sh -c 'echo two; exit 1'
	tags = slow

	[match tw*]
	timeout = 5s
END
expect 1 isorun suite --junit junit.xml
cases junit.xml >found
has 'passed .*one' found
has 'failure .*two' found
expect 0 isorun suite -k one
expect 0 isorun suite -m 'not slow'
expect 1 isorun suite -m slow

# A command is run whole.
cat >whole.ini <<-'END'
	[test half]
	command = echo one ; echo two; exit 1
END
expect 1 isorun suite manifest:whole.ini
