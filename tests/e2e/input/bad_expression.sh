# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A filter that cannot be read is told with the place.
. "$E2E/lib.sh"

echo true >tests
for expression in 'a and' '(a' 'a b' 'and'; do
	expect 2 isorun suite -k "$expression" lines:tests
	says "-k"
done
