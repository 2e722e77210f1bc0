# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154
# A manifest's profile and --net give the tests of a suite the way out.
. "$E2E/lib.sh"

need_namespaces
need_nat

serve 0.0.0.0 port
cat >hear.py <<END
$hear
END
cat >out.ini <<END
[profile]
inherit = default
[network]
mode = nat
END
cat >isorun.ini <<END
[suite]
profile = out.ini
[test first]
command = python3 hear.py $(own_address) $(cat port)
[test second]
command = python3 hear.py $(own_address) $(cat port)
END
expect 0 isorun suite -j2
expect 1 isorun suite -p default
expect 0 isorun suite -p default --net nat
