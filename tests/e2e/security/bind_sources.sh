# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A bind's source is resolved once, to a descriptor: what is read-only and what is
# shown are the same, whatever becomes of a link in its path (CVE-2024-42472).
. "$E2E/lib.sh"

need_namespaces

mkdir one two place
echo one >one/name
echo two >two/name
ln -s one link
"$ISORUN" --explain --bind "$PWD/link:$PWD/place:ro" true >plan
[ "$(grep -c "take the tree '$PWD/link'" plan)" = 1 ] || fail "its path is used more than once"

# Later changes of the link do not reach a sandbox that runs.
mkfifo go
"$ISORUN" --bind "$PWD/link:$PWD/place:ro" sh -c 'echo ready; read -r _ <go; cat place/name' >"$out" &
own $!
within 10 grep -q ready "$out"
ln -sfn two link
echo >go
wait $! || fail "it failed"
has '^one$'

# While it is flipped all the time, one or the other is shown, read-only, or none is.
(
	while [ ! -e stop ]; do
		ln -sfn one link
		ln -sfn two link
		ln -sfn /etc/hostname link
	done
) &
own $!
flipper=$!
for i in $(seq 40); do
	"$ISORUN" --bind "$PWD/link:$PWD/place:ro" sh -c '
		cat place/name
		echo x 2>/dev/null >place/made && echo written' >got 2>err </dev/null
	case $(cat got) in
	one | two | '') ;;
	*)
		bad=$(cat got)
		break
		;;
	esac
done
touch stop
wait $flipper
[ -z "${bad-}" ] || fail "showed: $bad"
[ ! -e one/made ] && [ ! -e two/made ] || fail "written to a read-only bind"
