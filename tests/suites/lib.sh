# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What the scripts of suites that others wrote have in common.  tests/suites/run
# gives B (the build folder), work (an own folder for each suite), here.
set -u
PATH=/usr/bin:$PATH # the distribution's python3, which has the distribution's modules

TIME_LIMIT=120 # of one test, in seconds

need() # need COMMAND-OR-FILE PACKAGE...: installs the packages when it is missing
{
	what=$1
	shift
	command -v "$what" >/dev/null 2>&1 || [ -e "$what" ] && return
	echo "installs: $*"
	DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >/dev/null ||
		{ echo "SKIP: '$what' is missing and '$*' cannot be installed"; exit 77; }
}

# The machine's own Debian archives, but for sources: in a folder of ours, so
# that nothing of the machine's configuration changes.
source_lists()
{
	mkdir -p "$work/apt/parts" "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
	. /etc/os-release
	for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
		[ -f "$list" ] || continue
		case $list in
		*.sources)
			awk -v RS= -v ORS='\n\n' -v suite="$VERSION_CODENAME" '
				$0 ~ "(^|\n)Suites:.* " suite "(-[a-z]+)?( |\n|$)" {
					gsub(/(^|\n)Types:[^\n]*/, "\nTypes: deb-src")
					print
				}' "$list" >"$work/apt/parts/${list##*/}"
			;;
		*)
			sed -nE "/ $VERSION_CODENAME(-[a-z]+)? /s/^deb(-src)? /deb-src /p" "$list" |
				sort -u >"$work/apt/parts/${list##*/}.list"
			;;
		esac
	done
	find "$work/apt/parts" -size -2c -delete
}

apt()
{
	apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/apt/parts" \
		-o Dir::State::lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" \
		-o APT::Sandbox::User=root "$@"
}

fetch() # fetch PACKAGE: unpacks its source; the folder is $work/src
{
	[ -d "$work/src" ] && return
	need dpkg-source dpkg-dev
	source_lists
	apt update || return 1
	rm -rf "$work/unpack"
	mkdir -p "$work/unpack"
	# A mirror may lack what an update replaced: then that of the release.
	(cd "$work/unpack" && { apt source "$1" || apt source "$1/$VERSION_CODENAME"; } \
		>/dev/null 2>&1) || return 1
	mv "$work/unpack/$1"-*/ "$work/src"
}

begin() { began=$(date +%s%N); }
seconds() { echo "$began $(date +%s%N)" | awk '{ printf "%.0f", ($2 - $1) / 1e9 }'; }

# naive JOBS LINES-FILE NAME: runs the lines, with what $before says in front of them,
# as any parallel runner does; statuses and lines go to $work/NAME.done.  What they leave
# running is ended: a server at a fixed port would fail those that run after it.
before=
naive()
{
	rm -f "$work/$3.done"
	export TIME_LIMIT before done_file="$work/$3.done"
	begin
	# shellcheck disable=SC2016 # expanded by the inner shell
	NAIVE=$work xargs -P"$1" -d '\n' -I{} sh -c '
		timeout -k 5 "$TIME_LIMIT" sh -c "$before $1" >/dev/null 2>&1 </dev/null
		echo "$? $1" >>"$done_file"' sh {} <"$2"
	tell "$3" "$(wc -l <"$2")"
	with_variable "NAIVE=$work" | xargs -r kill -9
}

# with_variable NAME=VALUE: the pids of the processes that have it in their environment.
with_variable()
{
	grep -lasxzF "$1" /proc/[0-9]*/environ | sed 's|[^0-9]||g'
}

# under_isorun JOBS LINES-FILE NAME [OPTION...]: the same by isorun suite, from $sources
# where its tests are called as the lines are; leaves JSON events.
sources=
under_isorun()
{
	jobs=$1 list=$2 name=$3
	shift 3
	source_under_isorun "$jobs" "${sources:-lines:$list}" "$name" "$(wc -l <"$list")" "$@"
}

# source_under_isorun JOBS SOURCES NAME TOTAL [OPTION...]: likewise.
good='passed|flaky' # outcomes that one at a time end with status 0
source_under_isorun()
{
	jobs=$1 source=$2 name=$3 total=$4
	shift 4
	cat /proc/self/mounts >"$work/mounts"
	begin
	# shellcheck disable=SC2016,SC2086 # expanded by the inner shell; words
	ISORUN_STATE_DIR=$work/state sh -c 'echo $$ >"$work/pid" && exec "$B/isorun" "$@"' sh \
		suite -j"$jobs" --timeout "${TIME_LIMIT}s" --json "$work/$name.json" "$@" $source \
		>"$work/$name.out" 2>&1
	left >"$work/$name.left"
	grep '"test-finished"' "$work/$name.json" | grep -E '"outcome": ?"('"$good"')"' |
		python3 -c 'import json, sys
for line in sys.stdin: print("0", json.loads(line)["test"])' >"$work/$name.done"
	tell "$name" "$total"
	sed -n 's/^wall.*; lower bound/	lower bound/p' "$work/$name.out"
}

# left: the processes, groups, mounts and reservations that the last isorun suite left.
left()
{
	for pid in $(with_variable "ISORUN_STATE_DIR=$work/state"); do
		echo "process $pid: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
	done
	find /sys/fs/cgroup -type d -name "$(cat "$work/pid")-*" 2>/dev/null
	diff "$work/mounts" /proc/self/mounts
	[ -z "${SUITES_APART-}" ] || "$B/isorun" status | grep -v '^nothing runs'
}

# tell NAME TOTAL: how many passed, and in what time.
tell()
{
	printf '%-34s %4d of %4d passed in %4s s\n' "$1" "$(grep -c '^0 ' "$work/$1.done")" "$2" \
		"$(seconds)"
}

# lost REFERENCE NAME: tests that pass one at a time and not in NAME, and what isorun left
# behind there; fails on any.
lost()
{
	grep '^0 ' "$work/$1.done" | sort >"$work/$1.good"
	grep '^0 ' "$work/$2.done" | sort | comm -23 "$work/$1.good" - >"$work/$2.lost"
	sed 's/^0 /	lost: /' "$work/$2.lost"
	sed 's/^/	left: /' "$work/$2.left"
	[ ! -s "$work/$2.lost" ] && [ ! -s "$work/$2.left" ]
}

# sampled LINES-FILE: prints its name, or that of a file with each Nth line where SAMPLE=N.
sampled()
{
	if [ -n "${SAMPLE-}" ]; then
		awk -v n="$SAMPLE" 'NR % n == 1 % n' "$1" >"$work/sample.lines"
		set -- "$work/sample.lines"
	fi
	echo "$1"
}

tree_hash() { find . -type f -exec md5sum {} + | sort -k 2 | md5sum; }

# measure LINES-FILE [OPTION...]: one at a time, eight at once, and three times by isorun, from
# the root of the tree.  Fails if isorun lost a test that passes alone, or changed the tree.
measure()
{
	list=$1
	shift
	bad=0
	naive 1 "$list" one
	naive 8 "$list" naive-j8
	tree=$(tree_hash)
	for round in 1 2 3; do
		under_isorun 8 "$list" "isorun-j8-$round" "$@"
		lost one "isorun-j8-$round" || bad=1
	done
	[ "$(tree_hash)" = "$tree" ] || { echo "	the tree is changed"; bad=1; }
	return $bad
}

# scripts FOLDER: runs its scripts, which are as those of tests/e2e; fails if any does.
scripts()
{
	export ISORUN="$B/isorun" PROBE="$B/probe" E2E="$here/../e2e" SLOW=5 CGROUP=unknown
	export LANE=suites NAMESPACES=yes
	bad=0
	for script in "$1"/*.sh; do
		name=$(basename "$script" .sh)
		rm -rf "${work:?}/$name"
		mkdir -p "$work/$name" && cd "$work/$name" || exit 1
		begin
		if HOME=$work/$name ISORUN_STATE_DIR=$work/state timeout -k 5 300 sh "$script" >log 2>&1
		then
			printf '%-34s passed in %4s s\n' "$name" "$(seconds)"
		else
			printf '%-34s failed in %4s s\n' "$name" "$(seconds)"
			tail -n 20 log | sed 's/^/	/'
			bad=1
		fi
	done
	return $bad
}
