"""What the checks on the reduced Table 1 share (check_sweep.py, check_slurm.py): the sweep in a folder that
adrep_reduced_table1 writes, runs of the program on it, and what must be true of their results."""
import collections
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

CLASSES = 2  # of every mini data set
AXES = ("data", "backbone", "detector", "features")
TABLES = ("table.csv", "table.md", "table.tex", "table.json")
CELL = re.compile(r"^adrep: \[ *\d+/\d+ \d+%\] (.+?): (.*)$", re.MULTILINE)
ELSEWHERE = ("(from an earlier run)", "(from another process)")


class Failed(Exception):
    pass


class Sweep:
    """The program, and the sweep in a folder. What runs at the end of a `with` is killed."""

    def __init__(self, program, writer, folder):
        self.program, self.folder = pathlib.Path(program).resolve(), pathlib.Path(folder).resolve()
        subprocess.run([writer, folder], check=True)
        self.environment = dict(os.environ, ADREP_WEIGHTS=str(self.folder / "weights"), OMP_WAIT_POLICY="passive",
                                ADREP_CACHE=str(self.folder / "user-cache"))
        self.environment.pop("ADREP_DATA", None)
        self.started, self.seconds = [], None  # a limit for run()

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        for process in self.started:
            if process.poll() is None:
                kill_group(process)

    def start(self, words, output, errors):
        """In a process group of its own, with all that it starts itself."""
        command = [str(self.program), *words]
        self.started.append(subprocess.Popen(command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                             stdout=output, stderr=errors, start_new_session=True))
        return self.started[-1]

    def run(self, words, exit_code=0):
        """What it prints and what it says."""
        process = self.start(words, subprocess.PIPE, subprocess.PIPE)
        try:
            printed, said = (text.decode() for text in process.communicate(timeout=self.seconds))
        except subprocess.TimeoutExpired:
            raise Failed(f"adrep {' '.join(words)}: has not ended after {self.seconds} s") from None
        if process.returncode != exit_code:
            raise Failed(f"adrep {' '.join(words)}: exit code {process.returncode}: {said.strip().splitlines()[-1:]}")
        return printed, said

    def results(self, name):
        return self.folder / name / "results"

    def places(self, name):
        """Settings for a run that has everything of its own."""
        place = self.folder / name
        return [f"output={self.results(name)}", f"cache.folder={place / 'cache'}",
                f"projector.folder={place / 'pretrained'}"]

    def words(self, name, settings, config="table1.yaml"):
        shutil.rmtree(self.folder / name, ignore_errors=True)
        return ["-v", "run", config, *self.places(name), *settings]

    def cells(self, axes):
        plan, _ = self.run(["run", "table1.yaml", "--print-plan", *axes])
        return CLASSES * number(r"base of all (\d+) combinations", plan, "how many combinations there are")


def number(pattern, text, what):
    found = re.search(pattern, text)
    if not found:
        raise Failed(f"the run does not say {what}")
    return int(found.group(1))


def axes_of(settings):
    """Those that keep a part of the table, and the others."""
    axes = [word for word in settings if word.split("=")[0] in AXES]
    return axes, [word for word in settings if word not in axes]


def stamps(results):
    """Of every finished cell what changes when it is written again."""
    cells = {}
    for file in (results / "cells").glob("*.json"):
        info = file.stat()
        cells[file.name] = (info.st_ino, info.st_mtime_ns)
    return cells


def check_stamps(known, now, when):
    rewritten = [name for name, stamp in known.items() if now.get(name) != stamp]
    if rewritten:
        raise Failed(f"{when}: {rewritten[0]} was finished before and was written again or is gone")


def contents(results):
    files = {f"cells/{file.name}": file.read_bytes() for file in (results / "cells").glob("*.json")}
    files.update({name: (results / name).read_bytes() for name in TABLES})
    return files


def check_equal(results, whole, what):
    """The same cells and tables, byte for byte, as from the one unbroken process."""
    one, other = contents(results), contents(whole)
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            how = "differs" if name in one and name in other else "is only in one of them"
            raise Failed(f"{name} of {what} and of the unbroken run {how}")


def kill_group(process):
    """SIGKILL for the program and all that it started; returns when none of them is left."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    while True:
        try:
            os.killpg(process.pid, 0)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.01)


def check_once(attempts):
    """No cell is computed twice."""
    computed = collections.Counter()
    for text in attempts:
        computed.update(title for title, rest in CELL.findall(text) if not any(words in rest for words in ELSEWHERE))
    twice = [title for title, count in computed.items() if count > 1]
    if twice:
        raise Failed(f"{len(twice)} cells were computed again, {twice[0]} first")
    return sum(computed.values())


def log_events(results):
    return [json.loads(line) for file in sorted((results / "log").glob("*.jsonl"))
            for line in file.read_text().splitlines()]


def check_log(results, cells):
    """Every result is logged as finished, once."""
    finished = collections.Counter()
    for event in log_events(results):
        if event["state"] != "finished":
            raise Failed(f"the log: a result is {event['state']}: {event.get('why')}")
        finished[event["planned"]] += 1
    if len(finished) != cells or set(finished.values()) != {1}:
        raise Failed(f"the log names {len(finished)} results {sum(finished.values())} times instead of {cells} once")


def fits(results):
    """How often a detector was fitted for each result; one that is fitted for several counts for one of them."""
    return collections.Counter(event["planned"] for event in log_events(results) if event.get("fitted"))


def check_fits(results, whole, ended=0, again=0):
    """As many detectors were fitted as by one process. So many processes were `ended` and may have done a fit that they
    could not tell of, and so many fits may have had to be done `again`."""
    needed, done = fits(whole).total(), fits(results).total()
    if not needed:
        raise Failed("the log of one process tells of no fit")
    if not needed - ended <= done <= needed + again:
        raise Failed(f"{done} detectors were fitted where one process fits {needed}: "
                     f"{[planned for planned, count in fits(results).items() if count > 1][:1]}")
    return done


def check_left(folder):
    """Nothing half-written, no checkpoint and no lease is left."""
    left = [file for file in folder.rglob("*") if file.name.endswith(".tmp") or "leases" in file.parts[:-1] or
            "training" in file.parts[-2:-1] and file.suffix == ".safetensors"]
    left = [file for file in left if file.is_file()]
    if left:
        raise Failed(f"{len(left)} files are left behind, {left[0]} first")
