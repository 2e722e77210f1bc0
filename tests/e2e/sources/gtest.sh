# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What a program of GoogleTest tells of its cases counts: not its exit status alone.
. "$E2E/lib.sh"

made() { ln -sf "$E2E/../helpers/fake_gtest" "$1" && cat >"$1.list"; }
made g <<'END'
A.
  One
  Skips
  Bad
B.
  Skips
  SkipsToo
END
expect 1 isorun suite gtest:g
has '^1 passed, 1 failed, 3 skipped'
has 'FAIL  g::A.Bad: a.cc:9: not so'
has '^skip .*g::A.Skips: no network$'
expect 1 isorun suite --granularity suite gtest:g
has '^0 passed, 1 failed, 1 skipped'
has 'FAIL  g::A: A.Bad failed, of 3 cases: a.cc:9: not so'
has '^skip .*g::B: no network$'
expect 1 isorun suite --granularity program gtest:g
has 'FAIL  g: A.Bad failed, of 5 cases'
printf '  BadToo\n' >>g.list
expect 1 isorun suite --granularity program gtest:g
has 'FAIL  g: 2 of 6 cases failed, first A.Bad: a.cc:9: not so'
# What reads the command finds nothing of ours in it.
lacks 'gtest_output'

# It ended in the middle, with status 0, and told nothing.
made quits <<'END'
A.
  One
  Quits
  Two
END
for how in case suite program; do
	expect 1 isorun suite --granularity $how gtest:quits
	has 'FAIL  quits.*: exit status 0, but it ended before all of its cases had'
done
# Its main does not say what it heard.
made forgets <<'END'
A.
  One
  Bad
END
expect 1 isorun suite gtest:forgets
has '^1 passed, 1 failed'
# What was listed is not there any more.
made silent <<'END'
A.
  Silent
END
expect 1 isorun suite gtest:silent
has 'FAIL  silent::A.Silent: exit status 0, but it did not run the case$'

# Who wants the report himself gets it; a status is all that is known then.
expect 0 env GTEST_OUTPUT=xml:/dev/null "$ISORUN" suite gtest:silent
# Descriptors that the profile passes are passed all the same.
printf '[profile]\ninherit = default\n[process]\npass-fd = 8\n' >p.ini
printf 'A.\n  One\n' >silent.list
expect 0 isorun suite --profile ./p.ini gtest:silent 8</dev/null
# In a host that refuses namespaces, too.
expect 1 bare suite gtest:quits
has '^2 passed, 1 failed'
