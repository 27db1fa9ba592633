#!/usr/bin/env python3
"""Runs the paper's tables in little, makes their tables in every format and asks the ledger (scripts/check_tables.sh).

    check_tables.py PROGRAM WRITER [TABLE ...]    WRITER: adrep_reduced_table1; without TABLE all of configs/table*.yaml

Every published number of these tables must have an answer of ours: what a configuration calls its axes and their values
is what the paper's numbers are found by. Exits with 1 and one line for a failure.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

FORMATS = ("txt", "csv", "json", "md", "tex", "html")


class Failed(Exception):
    pass


def adrep(program, folder, words):
    environment = dict(os.environ, ADREP_WEIGHTS=os.pathsep.join([str(folder / "weights"), user_weights()]),
                       OMP_WAIT_POLICY="passive", ADREP_CACHE=str(folder / "user-cache"))
    environment.pop("ADREP_DATA", None)
    done = subprocess.run([program, *words], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"adrep {' '.join(words)}: exit code {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout


def user_weights():
    cache = os.environ.get("ADREP_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "adrep")
    return os.pathsep.join(filter(None, [os.environ.get("ADREP_WEIGHTS"), os.path.join(cache, "weights")]))


def check_formats(program, folder, table, layouts):
    layout = table if table in layouts else "table1"
    for ending in FORMATS:
        file = folder / f"{table}.{ending}"
        adrep(program, folder, ["table", f"results/{table}", "--layout", layout, "--output", str(file)])
        text = file.read_text()
        if ending == "tex" and text.count(r"\begin") != text.count(r"\end"):
            raise Failed(f"{file.name}: begins and ends are not as many")
        if ending == "json" and not json.loads(text)["values"]:
            raise Failed(f"{file.name}: no values")


def check_ledger(program, folder, tables):
    """Every own number of the tables that were run has one of ours beside it."""
    file = folder / "ledger.json"
    adrep(program, folder, ["table", *[f"results/{table}" for table in tables], "--compare", "paper", "--output", str(file)])
    lines = json.loads(file.read_text())["lines"]
    names = {name.removeprefix("table").lstrip("_") for name in tables}
    asked = [line for line in lines if line["table"] in names and line["outcome"] != "cited"
             and line["place"].get("method") != "msc_finetuned"]
    without = [line for line in asked if "ours" not in line]
    if len(lines) != 1156 or without or not asked:
        raise Failed(f"{len(without)} of {len(asked)} numbers have no answer, of {len(lines)}: {without[:1]}")
    return len(asked)


def main(program, writer, wanted):
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        subprocess.run([writer, place], check=True)
        program = str(pathlib.Path(program).resolve())
        tables = wanted or sorted(file.stem for file in (folder / "configs").glob("table*.yaml"))
        layouts = [line.split()[0] for line in adrep(program, folder, ["table", "--list"]).splitlines()]
        for table in tables:
            start = time.monotonic()
            adrep(program, folder, ["run", f"configs/{table}.yaml", f"output=results/{table}"])
            cells = len(list((folder / "results" / table / "cells").glob("*.json")))
            check_formats(program, folder, table, layouts)
            print(f"check_tables: {table}: {cells} cells in {time.monotonic() - start:.0f} s", flush=True)
        print(f"check_tables: {check_ledger(program, folder, tables)} published numbers have an answer")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        main(sys.argv[1], sys.argv[2], sys.argv[3:])
    except Failed as problem:
        sys.exit(f"check_tables: {problem}")
