#!/usr/bin/env python3
"""Checks on sweeps over the reduced Table 1 that WRITER (adrep_reduced_table1) writes (scripts/check_sweep.sh).

    check_sweep.py kills PROGRAM WRITER KILLS [key=value ...]   a sweep that is killed at random moments and continued
                                                               comes to what an unbroken one comes to
    check_sweep.py passes PROGRAM WRITER                        twelve columns of one sweep share the backbone's passes

data=, backbone=, detector= and features= keep some values of that axis. Other settings, such as jobs=2, are for the run
that is killed; it has as many threads for each job as the unbroken one has. Exits with 1 and one line for a failure.
"""
import collections
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

CLASSES = 2  # of every mini data set
DETECTORS = ("padim", "patchcore", "cflow", "glass", "uniad", "feature_norm")
FEATURES = ("raw", "pretrained")
CELL = re.compile(r"^adrep: \[ *\d+/\d+ \d+%\] (.+?): (.*)$", re.MULTILINE)
EPOCH = re.compile(r"^adrep: (.+ · .+ · .+): epoch (\d+) of (\d+): ", re.MULTILINE)
TABLES = ("table.csv", "table.md", "table.tex", "table.json")


class Failed(Exception):
    pass


class Sweep:
    """The program, and the sweep in a folder."""

    def __init__(self, program, writer, folder):
        self.program, self.folder = pathlib.Path(program).resolve(), pathlib.Path(folder).resolve()
        subprocess.run([writer, folder], check=True)
        self.environment = dict(os.environ, ADREP_WEIGHTS=str(self.folder / "weights"), OMP_WAIT_POLICY="passive",
                                ADREP_CACHE=str(self.folder / "user-cache"))
        self.environment.pop("ADREP_DATA", None)

    def start(self, words, output, errors):
        """In a process group of its own, with all that it starts itself."""
        command = [str(self.program), *words]
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=output, stderr=errors, start_new_session=True)

    def run(self, words, exit_code=0):
        """What it prints and what it says."""
        process = self.start(words, subprocess.PIPE, subprocess.PIPE)
        printed, said = (text.decode() for text in process.communicate())
        if process.returncode != exit_code:
            raise Failed(f"adrep {' '.join(words)}: exit code {process.returncode}: {said.strip().splitlines()[-1:]}")
        return printed, said

    def words(self, name, settings):
        place = self.folder / name
        shutil.rmtree(place, ignore_errors=True)
        return ["-v", "run", "table1.yaml", f"output={place / 'results'}", f"cache.folder={place / 'cache'}", *settings]


def number(pattern, text, what):
    found = re.search(pattern, text)
    if not found:
        raise Failed(f"the run does not say {what}")
    return int(found.group(1))


def stamps(results):
    """Of every finished cell what changes when it is written again."""
    cells = {}
    for file in (results / "cells").glob("*.json"):
        info = file.stat()
        cells[file.name] = (info.st_ino, info.st_mtime_ns)
    return cells


def contents(results):
    files = {f"cells/{file.name}": file.read_bytes() for file in (results / "cells").glob("*.json")}
    files.update({name: (results / name).read_bytes() for name in TABLES})
    return files


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


@contextlib.contextmanager
def timed_lines(process, said):
    """What a run says as pairs of seconds and line, complete when the run has ended; also in a file."""
    lines = []

    def read():
        for line in process.stderr:
            lines.append((time.monotonic(), line.decode(errors="replace")))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield lines
    finally:
        reader.join()
        said.write_text("".join(line for _, line in lines))


def run_until(sweep, words, said, results, wanted, pause):
    """Lets a run go on until there are so many cells and a pause is over, then kills it. What it said, with times."""
    process = sweep.start(words, subprocess.DEVNULL, subprocess.PIPE)
    with timed_lines(process, said) as lines:
        while len(list((results / "cells").glob("*.json"))) < wanted and process.poll() is None:
            time.sleep(0.02)
        try:
            process.wait(pause)
        except subprocess.TimeoutExpired:
            kill_group(process)
            return lines
    last = said.read_text().strip().splitlines()[-1:]
    raise Failed(f"the run ended by itself, exit code {process.returncode}, before it had {wanted} cells: {last}")


def check_epochs(attempts, needed, jobs):
    """A training that was cut begins again at most at the last epoch that it told of, and ends. What a job told last
    may be lost with the run that was killed, which would have said it."""
    told, trained = {}, 0
    for text in attempts:
        for title, epoch, last in EPOCH.findall(text):
            place, detector, *rest = title.split(" · ")
            if detector == "uniad":  # of all classes, whichever asked for it
                title = " · ".join([place.split("/")[0], detector, *rest])
            epoch, before = int(epoch), told.get(title, 0)
            if jobs > 1 and epoch > before + 1:
                trained += epoch - before - 1
            elif epoch not in (before, before + 1):
                raise Failed(f"{title}: epoch {epoch} of {last} after epoch {before}: more than one was lost")
            told[title] = epoch
            trained += 1
    if trained < needed:
        raise Failed(f"{trained} epochs were trained where {needed} are needed")
    return trained


def check_lost(attempts, seconds):
    """Where checkpoints are `seconds` apart, what a training does again had ended within that time: the end of an epoch
    so long after the last checkpoint makes one."""
    told, worst = {}, 0.0
    for lines in attempts:
        begun = {}
        for at, line in lines:
            for title, epoch, _ in EPOCH.findall(line):
                begun.setdefault(title, (int(epoch), []))[1].append((int(epoch), at))
        for title, (first, epochs) in begun.items():
            again = [at for epoch, at in told.get(title, []) if epoch >= first]
            if again:
                worst = max(worst, max(again) - min(again))
            told[title] = epochs
    if worst > seconds + 0.5:  # lines come a moment late
        raise Failed(f"{worst:.1f} s of a training were lost, checkpoint={seconds}")
    return worst


def check_once(attempts):
    """No cell is computed twice."""
    computed = collections.Counter()
    for text in attempts:
        computed.update(title for title, rest in CELL.findall(text) if "(from an earlier run)" not in rest)
    twice = [title for title, count in computed.items() if count > 1]
    if twice:
        raise Failed(f"{len(twice)} cells were computed again, {twice[0]} first")
    return sum(computed.values())


def check_log(results, cells):
    """Every result is logged as finished, once."""
    finished = collections.Counter()
    for file in (results / "log").glob("*.jsonl"):
        for line in file.read_text().splitlines():
            event = json.loads(line)
            if event["state"] != "finished":
                raise Failed(f"{file.name}: a result is {event['state']}: {event.get('why')}")
            finished[event["planned"]] += 1
    if len(finished) != cells or set(finished.values()) != {1}:
        raise Failed(f"the log names {len(finished)} results {sum(finished.values())} times instead of {cells} once")


def check_equal(broken, whole):
    one, other = contents(broken), contents(whole)
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            what = "differs" if name in one and name in other else "is only in one of them"
            raise Failed(f"{name} of the run that was killed and of the unbroken one {what}")


def check_left(folder):
    """Nothing half-written and no checkpoint is left."""
    left = [file for file in folder.rglob("*") if file.name.endswith(".tmp") or "training" in file.parts[-2:-1] and
            file.suffix == ".safetensors"]
    if left:
        raise Failed(f"{len(left)} files are left behind, {left[0]} first")


def unbroken(sweep, axes, threads, cells):
    words = sweep.words("unbroken", [*axes, f"threads={threads}"])
    start = time.monotonic()
    printed, said = sweep.run(words)
    seconds = time.monotonic() - start
    (sweep.folder / "unbroken" / "said.txt").write_text(said)
    print(printed, end="")
    there = len(stamps(sweep.folder / "unbroken" / "results"))
    if there != cells:
        raise Failed(f"{there} cells instead of {cells}")
    print(f"check_sweep: unbroken: {cells} cells in {seconds / 60:.1f} min")
    return seconds, len(EPOCH.findall(said))


def killed(sweep, settings, kills, cells, cell_seconds):
    """Kills and continues one sweep; what each attempt said, the last of which ends, and the same with times."""
    words = sweep.words("killed", settings)
    place = sweep.folder / "killed"
    place.mkdir()
    results, draw = place / "results", random.Random(20)
    known, attempts, timed = {}, [], []
    for number_of_kill, wanted in enumerate(sorted(draw.randrange(max(1, cells - 4)) for _ in range(kills))):
        said = place / f"said-{number_of_kill}.txt"
        timed.append(run_until(sweep, words, said, results, wanted, draw.uniform(0, 3 * cell_seconds)))
        now = stamps(results)
        rewritten = [name for name, stamp in known.items() if now.get(name) != stamp]
        if rewritten:
            raise Failed(f"kill {number_of_kill + 1}: {rewritten[0]} was finished before and was written again or is gone")
        known = now
        attempts.append(said.read_text(errors="replace"))
    process = sweep.start(words, subprocess.DEVNULL, subprocess.PIPE)
    with timed_lines(process, place / "said-last.txt") as lines:
        process.wait()
    timed.append(lines)
    said = (place / "said-last.txt").read_text()
    if process.returncode != 0:
        raise Failed(f"the last attempt: exit code {process.returncode}: {said.strip().splitlines()[-1:]}")
    now = stamps(results)
    if any(now.get(name) != stamp for name, stamp in known.items()):
        raise Failed("a cell that was finished before was written again or is gone")
    return [*attempts, said], timed


def check_kills(sweep, kills, settings):
    axes = [word for word in settings if word.split("=")[0] in ("data", "backbone", "detector", "features")]
    others = [word for word in settings if word not in axes]
    given = dict(word.split("=", 1) for word in others)
    threads, jobs = int(given.pop("threads", 1)), int(given.get("jobs", 1))
    plan, _ = sweep.run(["run", "table1.yaml", "--print-plan", *axes])
    cells = CLASSES * number(r"base of all (\d+) combinations", plan, "how many combinations there are")
    seconds, needed = unbroken(sweep, axes, threads, cells)
    start = time.monotonic()
    others = [f"{key}={value}" for key, value in given.items()]
    attempts, timed = killed(sweep, [*axes, *others, f"threads={threads * jobs}"], kills, cells, seconds / cells)
    computed = check_once(attempts)
    checkpoint = float(given.get("checkpoint", 0))
    epochs = (f"{check_epochs(attempts, needed, jobs)} epochs trained, {needed} by the unbroken run" if checkpoint == 0 else
              f"at most {check_lost(timed, checkpoint):.2f} s of a training lost, checkpoint={checkpoint:g}")
    check_log(sweep.folder / "killed" / "results", cells)
    check_equal(sweep.folder / "killed" / "results", sweep.folder / "unbroken" / "results")
    check_left(sweep.folder / "killed")
    print(f"check_sweep: killed {kills} times and continued: {cells} cells, the same bytes, in "
          f"{(time.monotonic() - start) / 60:.1f} min; {computed} lines of cells, none twice; {epochs}")


def passes_of(said):
    drawn = re.search(r"(\d+) drawn images went through", said)
    return number(r"of (\d+) computed", said, "how many images it computed"), int(drawn.group(1)) if drawn else 0


def check_shared(sweep, data, factor):
    # by the run's own backbone, so that every pass is one of the same network
    common = [f"data={data}", "backbone=clip", "references.aligned_backbone=vit", "cache=off", "threads=1"]
    together = passes_of(sweep.run(sweep.words("together", common))[0])
    apart = [passes_of(sweep.run(sweep.words("apart", [*common, f"detector={detector}", f"features={features}"]))[0])
             for detector in DETECTORS for features in FEATURES]
    alone, drawn = (sum(counts) for counts in zip(*apart))
    print(f"check_sweep: {data}: {together[0]} passes of one sweep, {alone} of twelve runs: {alone / together[0]:.1f} "
          f"times fewer; {together[1]} and {drawn} of drawn images")
    if alone < factor * together[0]:
        raise Failed(f"{data}: twelve runs need {alone} passes, the sweep {together[0]}: less than {factor} times fewer")
    if together[1] != drawn:
        raise Failed(f"{data}: {together[1]} drawn images in the sweep, {drawn} in twelve runs")


def check_passes(sweep):
    check_shared(sweep, "visa", 10)  # one geometry
    check_shared(sweep, "mvtec_ad", 5)


def main():
    kills = len(sys.argv) >= 5 and sys.argv[1] == "kills" and sys.argv[4].isdigit()
    if not kills and not (len(sys.argv) == 4 and sys.argv[1] == "passes"):
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        sweep = Sweep(sys.argv[2], sys.argv[3], folder)
        if kills:
            check_kills(sweep, int(sys.argv[4]), sys.argv[5:])
        else:
            check_passes(sweep)


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"check_sweep: {failure}")
