# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The environment is the caller's, with isorun's own variables added.
. "$E2E/lib.sh"

export PLAIN='a b' EMPTY=
env | grep -vE '^(_|PWD|OLDPWD|SHLVL|TMPDIR)=' | sort >before
expect 0 isorun env
# Where it has no /proc of its own some are told by variables what memory they have.
grep -vE '^(_|PWD|OLDPWD|SHLVL|TMPDIR|ISORUN|ISORUN_[A-Z_]*|(NPY|SCIPY)_AVAILABLE_MEM)=' "$out" |
	sort >after
grep -vE '^(ISORUN|ISORUN_[A-Z_]*)=' before | diff - after >difference || fail "$(cat difference)"
has '^ISORUN=1$'
has '^ISORUN_SLOT=[0-9]+$'
has '^ISORUN_PORT_BASE=[0-9]+$'
