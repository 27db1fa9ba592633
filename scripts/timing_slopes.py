#!/usr/bin/env python3
"""Prints how time and memory grow, as slopes of logarithms in a Markdown table.

    timing_slopes.py TIMINGS.json

TIMINGS.json: adrep_timings --threads=1 --benchmark_filter=growth_ --benchmark_out=TIMINGS.json; with one thread the
processor time is all of it, so that a busy machine changes little. Cases are named KIND/NAME/SIZE.
"""
import json
import math
import statistics
import sys


def slope(points):
    """Of the least-squares line through the logarithms; None where there are no two sizes of a positive value."""
    logs = [(math.log(size), math.log(value)) for size, value in points if value > 0]
    if len(logs) < 2:
        return None
    mean_x, mean_y = (statistics.mean(axis) for axis in zip(*logs))
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    runs = {}
    for run in json.load(open(sys.argv[1]))["benchmarks"]:
        parts = run["run_name"].removesuffix("/real_time").split("/")
        if run.get("run_type") == "aggregate" or run.get("error_occurred") or len(parts) != 3:
            continue
        scale = {"ns": 1e-6, "us": 1e-3, "ms": 1, "s": 1e3}[run["time_unit"]]
        sizes = runs.setdefault(tuple(parts[:2]), {}).setdefault(int(parts[2]), [])
        sizes.append((run["cpu_time"] * scale, run["memory_mb"]))
    print("| case | sizes | ms of CPU time | MB | slope of time | slope of memory |")
    print("|---|---|---|---|--:|--:|")
    for (kind, name), sizes in runs.items():
        medians = {size: [statistics.median(values) for values in zip(*both)] for size, both in sorted(sizes.items())}
        cells = [f"{kind} {name}", " ".join(map(str, medians))]
        for i in (0, 1):
            cells.append(" ".join(f"{medians[size][i]:.3g}" for size in medians))
        for i in (0, 1):
            value = slope([(size, both[i]) for size, both in medians.items()])
            cells.append("" if value is None else f"{value:.2f}")
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
