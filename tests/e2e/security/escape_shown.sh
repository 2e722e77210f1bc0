# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Without a sandbox the attempts succeed: what fails in one fails for it.
. "$E2E/security/escape"

begin
# In namespaces that are thrown away, a tmpfs over /tmp as in a sandbox.
apart()
{
	unshare $map --mount --uts --ipc --net --pid --fork --mount-proc sh -c '
		mount -t tmpfs none /tmp
		"$@"' sh "$@"
}
map=
is_root || map=-r
unshare $map -mn true 2>/dev/null || skip "no namespaces to throw away"

# Root of a machine that is a container itself cannot show everything.
confined=
is_root && ! grep -q '^CapEff:.000001ffffffffff' /proc/self/status && confined=yes

table >list
: >bad
shown=0
while IFS=$tab read -r name where _ _ _; do
	echo "== $name" >>log
	case $where:$me in
	anyone:* | root:root) try "$name" </dev/null ;;
	apart:* | apart-root:root) try "$name" apart </dev/null ;;
	*) continue ;;
	esac
	case $? in
	0) shown=$((shown + 1)) ;;
	77) ;;
	*) tail -n1 log | grep -Eq 'not implemented|unreachable' || [ "$confined" ] ||
		echo "$name: $(tail -n1 log)" >>bad ;;
	esac
	restore
	./escape witness | grep -q 'victim: lives' || fail "$name hurt the victim"
done <list
[ ! -s bad ] || fail "not shown: $(cat bad)"
# As user about half of them take no root.
[ "$shown" -gt "$(is_root && echo 100 || echo 60)" ] || fail "only $shown were shown"
echo "$shown of $(wc -l <list) shown"
