#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a run directory with N made-up tests: many_events.py DIR N."""
import json
import pathlib
import random
import sys

S = 10**9
MIB = 1 << 20


def main():
    place, n = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(1)
    (place / "out").mkdir(parents=True)
    log = []

    def add(t, event, **more):
        log.append((t, {"v": 1, "t": t, "event": event, **more}))

    add(1, "run-started", run=place.name, version="0", dir=str(place), cwd="/src", tests=n,
        command="isorun suite", wall_start_ns=1795303919223158354, jobs=16, cpus=8,
        budget_bytes=8192 * MIB, budget_from="--budget", profile="default", order="longest")
    free = [S // 100] * 16
    counts = dict.fromkeys(("passed", "failed", "timed-out", "crashed", "skipped"), 0)
    for i in range(n):
        name = f"tests/module_{i % 97}/test_part_{i % 13}.py::TestCase{i % 7}::test_number_{i}"
        outcome = rng.choices(list(counts), (960, 20, 4, 4, 12))[0]
        slot = min(range(16), key=lambda s: free[s])
        start, wall = free[slot], int(rng.expovariate(2) * S) + S // 50
        end, mem = start + wall, rng.choice((64, 128, 256, 512)) * MIB
        free[slot] = end + S // 500
        counts[outcome] += 1
        out = f"out/{i:05}-1.txt"
        add(2, "test-planned", test=name, mem_bytes=mem, mem_origin="history", cpus_milli=500,
            expected_ns=wall, command=f"python3 -m pytest {name}", cwd="/src",
            options="--workspace overlay", origin=f"tests/module_{i % 97}:{i}")
        add(start, "attempt-started", test=name, attempt=1, mem_bytes=mem, slot=slot, output=out)
        add(end, "attempt-finished", test=name, attempt=1, output=out, again=False, result={
            "outcome": outcome, "started": True, "exit_status": int(outcome == "failed"),
            "wall_ns": wall, "user_ns": wall // 3, "system_ns": wall // 9,
            "mem_peak_bytes": mem // 2, "mem_limit_bytes": mem, "mem_limit_end_bytes": mem})
        add(end + 1, "test-finished", test=name, outcome=outcome, attempts=1, output=out,
            wall_ns=wall, mem_peak_bytes=mem // 2,
            **({} if outcome == "passed" else {"detail": f"{outcome}, as made up"}))
        lines = 400 if outcome == "failed" else 12
        (place / out).write_text("".join(f"line {k} of {name}\n" for k in range(lines)))
    end = max(free) + 1
    add(end, "run-finished", wall_ns=end, counts=counts, sum_ns=end)
    log.sort(key=lambda pair: pair[0])
    with open(place / "events.jsonl", "w") as f:
        f.writelines(json.dumps(event) + "\n" for _, event in log)


if __name__ == "__main__":
    main()
