# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# make and ninja, whose rules run the tests: a variable holds the launcher.
. "$E2E/lib.sh"

need_cmd make
clashing
cat >Makefile <<'END'
TESTS = $(shell seq 40)
check: $(TESTS)
$(TESTS): ; $(LAUNCHER) ./clash $@
END
hooked 'make -k -j8' 'make -k -j8 LAUNCHER=isorun'
[ "$(grep -c '^isorun ./clash' "$out")" = 40 ] || fail "not all 40 were run"
