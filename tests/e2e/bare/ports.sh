# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Without namespaces no two running tests get the same ports: of one suite, and of
# several isorun processes.
. "$E2E/lib.sh"

# shellcheck disable=SC2016 # expanded by the inner shell
show='echo $ISORUN_PORT_BASE $TMPDIR; read -r _'
mkfifo hold
for i in 1 2 3; do
	bare --memory 16M sh -c "$show" <hold >"base.$i" 2>/dev/null &
	own $!
done
printf '%s\n%s\n%s\n' "sh -c '$show' <$PWD/hold #1" "sh -c '$show' <$PWD/hold #2" \
	"sh -c '$show' <$PWD/hold #3" >tests
bare suite -j3 --memory 16M --budget 1G lines:tests >suite.out 2>&1 &
own $!
exec 9>hold
all_there() { [ "$(cat base.* state/runs/last/out/* 2>/dev/null | wc -l)" = 6 ]; }
within 20 all_there
cat base.* state/runs/last/out/* >bases
exec 9>&-
[ "$(cut -d' ' -f1 bases | sort -u | wc -l)" = 6 ] || fail "the same ports: $(cat bases)"
[ "$(cut -d' ' -f2 bases | sort -u | wc -l)" = 6 ] || fail "the same TMPDIR: $(cat bases)"
wait
