# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Tests that depend on each other run in their order and see what the ones before
# wrote in the tree; who cannot do without a test that failed is not run, and told so.
. "$E2E/lib.sh"

mkdir tree
cd tree || exit
cat >isorun.ini <<-'END'
	[test clear]
	command = rm data
	cleanup = db
	[test read]
	command = grep -q hello data
	fixtures = db
	tags = reads
	[test fill]
	command = ${FILL-true} && echo hello >data
	setup = db
	[test after]
	command = test ! -e data
	after = clear
	[test alone]
	command = echo mine >own
	[test off]
	command = echo ran >off
	disabled = until it is mended
	[test poor]
	command = true
	required-files = no-such-file
	[test bad]
	command = echo ERROR; exit 1
	will-fail = yes
	[test good]
	command = true
	will-fail = yes
	[test idle]
	command = echo 'no gpu here'; exit 3
	skip-pattern = ^no gpu
END
expect 1 isorun suite -j4 --retries 0 --junit junit.xml
cases junit.xml >../found
for line in 'passed.*clear' 'passed.*read' 'passed.*fill' 'passed.*after' 'passed.*alone' \
	'skipped.*off' 'error.*poor' 'passed.*bad' 'failure.*good' 'skipped.*idle'; do
	has "$line" ../found
done
has "poor: '$PWD/no-such-file' is not there"
has 'good: it passed, and is expected to fail'
[ ! -e data ] && [ ! -e off ] || fail "the fixture is there still, or a disabled test ran"

expect 0 isorun suite -m reads
has '^3 passed'

FILL=false
export FILL
expect 1 isorun suite -m reads
has "read: it depends on 'fill': failed"
has '^1 passed, 1 failed|^0 passed, 2 failed'
has '1 not run'
unset FILL

expect 0 isorun list
has '^ *depends on fill$'
has '^ *after read, fill$|^ *after fill, read$'
has 'workspace shared'
expect 0 isorun list --json
python3 - "$out" <<-'END' || fail "what is linked, or how it sees the tree"
	import json, sys
	with open(sys.argv[1]) as f:
	    tests = {t["test"]: t for t in json.load(f)["tests"]}
	assert tests["read"]["depends"] == ["fill"], tests["read"]
	assert tests["read"]["workspace"] == "shared"
	assert tests["alone"]["workspace"] == "overlay"
	assert tests["off"]["disabled"] == "until it is mended"
END
expect 0 isorun plan --json -m reads
python3 - "$out" <<-'END' || fail "the plan has another order"
	import json, sys
	with open(sys.argv[1]) as f:
	    plan = json.load(f)
	spans = {s["test"]: s for s in plan["schedule"]}
	assert spans["fill"]["end_ns"] <= spans["read"]["start_ns"], spans
	assert spans["read"]["end_ns"] <= spans["clear"]["start_ns"], spans
END

cat >ring.ini <<-'END'
	[test a]
	command = true
	depends = b
	[test b]
	command = true
	after = a
END
expect 2 isorun suite ring.ini
says "tests wait for each other: 'a' after 'b' after 'a'|tests wait for each other: 'b' after 'a'"

# Who is chosen because it failed, or by its shard, brings along whom it needs, too.
mkdir ../later
cd ../later || exit
cat >isorun.ini <<-'END'
	[test fill]
	command = echo hello >data
	setup = db
	[test read]
	command = grep -q bye data
	fixtures = db
	[test other]
	command = true
END
expect 1 isorun suite
has '^2 passed, 1 failed'
rm -f data
expect 1 isorun suite --last-failed
has '^1 passed, 1 failed'
cp -r "$ISORUN_STATE_DIR" known # all shards begin with the same history
for i in 1 2 3; do
	rm -rf data now
	cp -r known now
	ISORUN_STATE_DIR=$PWD/now "$ISORUN" suite --shard $i/3 --json - >events 2>/dev/null
	grep -q '"test":"read"' events || continue
	grep -q '"test":"fill"' events || fail "a shard has the test without its fixture"
	found=yes
done
[ -n "${found-}" ] || fail "no shard has the test"

# Whom another's failure kept from running has a place in the reports, with the reason.
printf '[test fill]\ncommand = false\nsetup = db\n[test read]\ncommand = true\nfixtures = db\n' >isorun.ini
expect 1 isorun suite --markdown page.md --github
has 'read.*fill' page.md
has '^::error.*read'
