# SPDX-License-Identifier: Apache-2.0
# The libraries export what the header declares, neither more nor less.
. "$E2E/lib.sh"
. "$E2E/library/installed"
need_cmd nm
header=$(find "$inst" -name isorun.h)
sed -n 's/^ISO_PUBLIC .*[ *]\(iso_[a-z_]*\)(.*/\1/p' "$header" | sort >declared
[ "$(wc -l <declared)" -gt 15 ] || fail "the header declares less than it should"
nm -D --defined-only "$lib/libisorun.so" | awk '{ print $NF }' | sort >exported
diff declared exported >"$out" || fail "declared (<) and exported (>) differ"
nm -g --defined-only "$lib/libisorun.a" | awk 'NF == 3 && $3 !~ /^iso_/' >"$out"
[ ! -s "$out" ] || fail "names in the static library that a program could have, too"
