# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# In a container its own memory limit is the budget, and doctor says so.
. "$E2E/lib.sh"

[ "$LANE" = container ] || skip "not in a container"
limit=$(cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null)
[ "${limit:-max}" != max ] || skip "the container has no memory limit"
expect 1 isorun doctor --json
python3 - "$out" "$limit" <<'END' || fail "the budget is another"
import json, sys
rows = {p["name"]: p for p in json.load(open(sys.argv[1]))["probes"]}
print(rows["budget"])
assert rows["budget"]["detail"].startswith("2."), "3G less what is used and a reserve"
assert "limit of /sys/fs/cgroup" in rows["budget"]["detail"]
for name in ("mount namespace", "user namespace", "cgroup", "pid namespace", "pids limit"):
    assert rows[name]["state"] == "missing" and rows[name]["mend"], rows[name]
END
expect 125 timeout 20 "$ISORUN" --strict --memory 9G true
