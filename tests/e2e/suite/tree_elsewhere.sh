# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A suite that lies elsewhere has its tree there: its tests do not write into it.
. "$E2E/lib.sh"

need_namespaces
mkdir -p project/t here
printf '[test writes]\ncommand = echo x >written; ls; test -e t/data\n' >project/isorun.ini
echo y >project/t/data
cd here || exit 1
for source in ../project ../project/isorun.ini manifest:../project/isorun.ini "$PWD/../project"; do
	expect 0 isorun suite "$source"
	[ ! -e ../project/written ] || fail "'$source' was written"
done
cd ../project/t || exit 1
expect 0 isorun suite ..
[ ! -e ../written ] || fail "the tree above was written"
# One below the working directory is part of the tree that is here.
cd ../.. || exit 1
printf '[test above]\ncommand = test -d ../here && echo x >../here/written\n' >project/isorun.ini
expect 0 isorun suite project
[ ! -e here/written ] || fail "beside it was written"
