# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# ninja, a rule of which names the launcher.
. "$E2E/lib.sh"

need_cmd ninja
clashing
rules() # rules LAUNCHER: a build.ninja
{
	printf 'rule test\n  command = %s ./clash $out\n' "$1"
	seq 40 | sed 's/.*/build t&: test/'
}
rules '' >naive.ninja
rules isorun >build.ninja
hooked 'ninja -k 0 -j8 -f naive.ninja' 'ninja -k 0 -j8'
has '^\[40/40\]'
