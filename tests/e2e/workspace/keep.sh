# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --keep brings matching files out of the overlay, with their mode and time, and
# nothing else; it asks for the overlay by itself.
. "$E2E/lib.sh"

need_namespaces

echo old >report.xml
echo old >other.txt
mkdir out
expect 0 isorun --keep '*.xml' --keep 'out/**/log' --status status.json sh -c '
	echo new >report.xml
	echo new >other.txt
	mkdir -p out/a/b
	echo log >out/a/b/log
	echo log >out/a/b/nolog
	chmod 750 out/a report.xml
	touch -d 2001-02-03 report.xml
	ln -s report.xml link.xml'
quiet
[ "$(cat report.xml)" = new ] || fail "the file was not kept"
[ "$(stat -c '%a %y' report.xml | cut -c1-14)" = "750 2001-02-03" ] || fail "mode or time is lost"
[ "$(readlink link.xml)" = report.xml ] || fail "the link was not kept"
[ "$(cat out/a/b/log)" = log ] && [ "$(stat -c %a out/a)" = 750 ] || fail "no directory for it"
[ "$(cat other.txt)" = old ] && [ ! -e out/a/b/nolog ] || fail "more was kept"
[ "$(json status.json kept)" = '["link.xml", "out/a/b/log", "report.xml"]' ] ||
	[ "$(json status.json n_kept)" = 3 ] || fail "not in the record: $(json status.json kept)"
[ -z "$(find . -name '*.new-*')" ] || fail "temporary files are left"

# A directory that is named is kept with all that is in it.
expect 0 isorun --keep made sh -c 'mkdir -p made/sub; echo x >made/sub/file; echo x >file'
[ -e made/sub/file ] && [ ! -e file ] || fail "not the directory's files"

# What the test was killed in the middle of is kept, too.
expect 124 isorun --keep late -t 0.2s sh -c 'echo x >late; sleep 60'
[ -e late ] || fail "lost at the time limit"

expect 2 isorun --keep ../x true
says "'\.\.'"
expect 0 isorun --keep x --workspace shared true
says 'keep does nothing'

# A directory, with or without its slash.
mkdir -p whole
expect 0 isorun --keep whole/ sh -c 'mkdir -p whole/in && echo x >whole/in/file'
[ "$(cat whole/in/file)" = x ] || fail "a directory was not kept"
