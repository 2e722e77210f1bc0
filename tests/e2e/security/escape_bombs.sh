# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Bombs stay within the limits of their sandbox, and end there.
. "$E2E/security/escape"

begin
./escape list | grep '^bomb-' >list
limit=$((64 << 20))
: >bad
for profile in default strict; do
	while IFS=$tab read -r name _ may _ _; do
		# Without a cgroup only what has a size of its own is bounded.
		case $CGROUP:$name in
		none:bomb-tmp | none:bomb-shm | none:bomb-inodes) ;;
		none:*) continue ;;
		esac
		echo "== $name" >>log
		try "$name" "$ISORUN" -p $profile --memory 64M --pids 64 --tmp-size 16M \
			--timeout "$((20 * SLOW))s" --status status.json </dev/null
		status=$?
		case $status:" $may" in
		0:*" $profile-$me "* | 1:* | 137:*) ;;
		*) echo "$profile: $name ended with $status" >>bad ;;
		esac
		[ "$CGROUP" = none ] || [ "$(json status.json mem_peak_bytes)" -le "$limit" ] ||
			echo "$profile: $name took $(json status.json mem_peak_bytes)" >>bad
	done <list
done
[ ! -s bad ] || fail "$(cat bad)"
within 5 no_dead_leaves
./escape witness | grep -q 'victim: lives' || fail "the victim was hurt"
