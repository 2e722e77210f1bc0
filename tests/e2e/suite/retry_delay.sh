# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A retry that waits holds no slot: the others run meanwhile, though one at a time.
. "$E2E/lib.sh"

printf 'sh -c "test -e again || { touch again; exit 1; }"\ntrue\necho three\n' >tests
expect 0 isorun suite --serial --retries 1 --retry-delay 1s --workspace shared \
	--json events.json lines:tests
[ "$(events events.json attempt-started | tail -n 1 | grep -c again)" = 1 ] ||
	fail "the retry was not the last to start"
has '1 of those passed is flaky'

# In a manifest, and lifted from one test.
cat >isorun.ini <<'END'
[suite]
retries = 2
retry-delay = 1h

[test fails]
command = false
retry-delay = none
END
expect 1 isorun suite
has 'fails: exit status 1 \(3 attempts\)'
expect 2 isorun suite --retry-delay soon
says "option '--retry-delay': 'soon' is not a time"
