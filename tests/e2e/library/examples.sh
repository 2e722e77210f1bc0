# SPDX-License-Identifier: Apache-2.0
# The examples of the man page and of contrib/examples compile as C and as C++,
# and do what they say.
. "$E2E/lib.sh"
. "$E2E/library/installed"
need_cmd "${CXX:-c++}"
export LD_LIBRARY_PATH="$lib"

# both NAME FILE: builds NAME from it as C, and as C++ to NAME++.
both()
{
	# shellcheck disable=SC2046,SC2086 # lists of words
	expect 0 "${CC:-cc}" -std=gnu11 -D_GNU_SOURCE $warn -o "$1" "$2" $(flags --cflags --libs)
	# shellcheck disable=SC2046,SC2086 # lists of words
	expect 0 "${CXX:-c++}" -std=gnu++11 $warn -o "$1++" -x c++ "$2" -x none \
		$(flags --cflags --libs)
}

# The blocks of the page's examples, each as the body of a program.
awk '/^\.Sh EXAMPLES/ { on = 1 }
	/^\.Sh SEE/ { on = 0 }
	on && /^\.Ed/ { print "\treturn 0;\n}" > file; file = "" }
	file { gsub(/\\e/, "\\"); print > file }
	on && /^\.Bd/ { file = "example" ++n ".c"
		print "#include <err.h>\n#include <stdio.h>\n#include <unistd.h>" > file
		print "#include <isorun/isorun.h>\nint main(void)\n{" > file }' \
	"$E2E/../../include/isorun/libisorun.3"
[ -s example2.c ] || fail "the page has fewer examples than it should"
for page in example*.c; do
	both "${page%.c}" "$page"
done

both warm "$E2E/../../contrib/examples/warm.c"
need_namespaces
is_root || skip "the examples use the ledger in /tmp that all of a user share"
for warm in ./warm ./warm++; do
	expect 0 "$warm" "$profiles"
	prints "write once         exit status  0, signal 0
write once, again  exit status  0, signal 0
is alone           exit status  0, signal 0
fails              exit status  3, signal 0
crashes            exit status -1, signal 6"
done
