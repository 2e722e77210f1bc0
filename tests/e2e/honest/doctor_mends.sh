# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Whatever is missing or degraded comes with the line that mends it.
. "$E2E/lib.sh"

mends()
{
	python3 - "$out" <<-'END'
		import json, sys
		rows = json.load(open(sys.argv[1]))["probes"]
		sys.exit([r for r in rows if r["state"] != "ok" and not r.get("mend")] or 0)
	END
}

isorun doctor --json >"$out" 2>"$err"
mends 2>>"$err" || fail "a row without a cure"
# Neither a place for the ledger nor one for the history.
XDG_RUNTIME_DIR=/proc/none ISORUN_STATE_DIR=/proc/none "$ISORUN" doctor --json >"$out" 2>"$err"
mends 2>>"$err" || fail "a row without a cure, with no directories"
