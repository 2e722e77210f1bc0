# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# 8. A suite whose tests write all over their tree leaves it as it was.
. "$E2E/lib.sh"

need_namespaces

mkdir -p tree/sub
for i in 1 2 3 4; do
	echo $i >tree/file$i
	echo "sh -c 'echo x >file$i; rm -f file$((i % 4 + 1)); mkdir -p new/dir$i; echo y >sub/$i; chmod 600 .'"
done >tests
sum() { (cd tree && find . -printf '%p %m %u %g %y %s %T@\n' | sort && cat file*) | md5sum; }
cd tree || fail "no tree"
cd ..
before=$(sum)
(cd tree && "$ISORUN" suite -j4 --memory 32M lines:../tests) >"$out" 2>"$err" || fail "the suite failed"
[ "$(sum)" = "$before" ] || fail "the tree changed"
