#!/usr/bin/env python3
"""Prints how much faster adrep is than other tools on the same input files, as a Markdown table.

    timing_ratios.py TIMINGS.json PEERS.jsonl

TIMINGS.json: adrep_timings --benchmark_out=TIMINGS.json --benchmark_repetitions=7
PEERS.jsonl: one JSON object a line with "case", "peer", "version", "seconds" (median), "value", "load", "threads"
"""
import json
import statistics
import sys


def read_ours(file):
    times, values = {}, {}
    for run in json.load(open(file))["benchmarks"]:
        if run.get("run_type") == "aggregate" or run.get("error_occurred"):
            continue
        name = run["run_name"].removesuffix("/real_time")
        unit = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[run["time_unit"]]
        times.setdefault(name, []).append(run["real_time"] * unit)
        values[name] = run.get("value")
    return {name: statistics.median(runs) for name, runs in times.items()}, values


def seconds(value):
    return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.3g} ms"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    ours, values = read_ours(sys.argv[1])
    print("| case | tool | its time | adrep | ratio | its value | adrep's |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for line in open(sys.argv[2]):
        peer = json.loads(line)
        if "error" in peer or peer["case"] not in ours:
            continue
        own = ours[peer["case"]]
        print(f'| {peer["case"]} | {peer["peer"]} {peer["version"]} | {seconds(peer["seconds"])} | {seconds(own)} '
              f'| {peer["seconds"] / own:.1f} × | {peer["value"]:.6g} | {values[peer["case"]]:.6g} |')


if __name__ == "__main__":
    main()
