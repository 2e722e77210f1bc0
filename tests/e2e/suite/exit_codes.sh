# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# 9. skip-status, fail-pattern and pass-pattern settle what an exit status does not.
. "$E2E/lib.sh"

cat >isorun.ini <<-'END'
	[test skips with 7]
	command = sh -c 'exit 7'
	skip-status = 7

	[test automake skip]
	command = sh -c 'exit 77'
	skip-status = 77

	[test says failed with 0]
	command = echo 'Total 3 Passed 2 Failed 1'
	fail-pattern = Failed [1-9]

	[test says passed with 3]
	command = sh -c 'echo all good; exit 3'
	pass-pattern = all good
END
expect 1 isorun suite --junit junit.xml
cases junit.xml >found
has '^skipped .*skips with 7' found
has '^skipped .*automake skip' found
has '^failure .*says failed with 0' found
has '^passed .*says passed with 3' found
