# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A percentage needs its sign, and shaping needs a lo of one's own.
. "$E2E/lib.sh"

for value in 5 101% 0% -1% % 1.2345%; do
	printf '[network]\nloss = %s\n' "$value" >p.ini
	expect 2 isorun -p ./p.ini true
	says "^isorun: .*p.ini:2: loss '$value': expected a percentage|does not fit"
done
printf '[network]\nmode = host\ndelay = 1s\n' >p.ini
expect 0 isorun profile ./p.ini
says 'delay, loss and rate .* do nothing unless'
