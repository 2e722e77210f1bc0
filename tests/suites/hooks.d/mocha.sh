# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# mocha and node:test: a file is what is wrapped.
. "$E2E/lib.sh"

need_cmd parallel
clashing
export NODE_PATH=/usr/share/nodejs # where Debian has modules, for a node that is not its own
mkdir test
for i in $(seq 40); do
	cat >"test/$i.js" <<-END
		const { execFileSync } = require("child_process");
		(global.it || require("node:test"))("clash", () => { execFileSync("./clash", ["$i"]); });
	END
done
hooked 'parallel --will-cite -j8 mocha ::: test/*.js' \
	'parallel --will-cite -j8 isorun mocha ::: test/*.js'
[ "$(grep -c '1 passing' "$out")" = 40 ] || fail "not all 40 passed"
hooked 'parallel --will-cite -j8 node ::: test/*.js' \
	'parallel --will-cite -j8 isorun node ::: test/*.js'
