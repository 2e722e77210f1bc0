# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Each test knows its id, run, attempt and slot, and slots of running tests differ.
. "$E2E/lib.sh"

for i in 1 2; do
	echo "sh -c 'env | grep ^ISORUN >env$i; mkfifo f\$ISORUN_SLOT || exit 1; sleep 0.3' $i"
done >tests
expect 0 isorun suite -j2 --memory 32M --workspace shared lines:tests
has '^ISORUN_TEST=.' env1
has '^ISORUN_RUN=.' env1
has '^ISORUN_ATTEMPT=1$' env1
has '^ISORUN_MEMORY=[0-9]+$' env1

# What a test declares for itself is there though its profile clears the rest.
cat >isorun.ini <<-'END'
	[suite]
	profile = strict

	[test own]
	command = test "$ITS_OWN" = yes && test -z "$FOREIGN"
	env = ITS_OWN=yes
END
expect 0 env FOREIGN=1 "$ISORUN" suite isorun.ini

# What is said of a failed test runs it alone in the same way.
cat >isorun.ini <<-'END'
	[test fails]
	command = test "$ITS_OWN" = no
	env = ITS_OWN=yes
	timeout = 5s
END
expect 1 isorun suite isorun.ini
prints_line='run it alone: .*isorun --workspace overlay --timeout 5s --env ITS_OWN=yes -- '
grep -Eq "$prints_line" "$out" "$err" || fail "it is not said how to run the test alone"
