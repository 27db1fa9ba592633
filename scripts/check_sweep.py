#!/usr/bin/env python3
"""Checks on sweeps over the reduced Table 1 that WRITER (adrep_reduced_table1) writes (scripts/check_sweep.sh).

    check_sweep.py kills PROGRAM WRITER KILLS [key=value ...]       a sweep that is killed at random moments and
                                                                   continued comes to what an unbroken one comes to
    check_sweep.py shared PROGRAM WRITER PROCESSES [key=value ...]  so do processes that share one results folder
    check_sweep.py shards PROGRAM WRITER SHARDS [key=value ...]     and shards in folders of their own, merged
    check_sweep.py passes PROGRAM WRITER                            twelve columns share the backbone's passes

data=, backbone=, detector= and features= keep some values of that axis. Other settings, such as jobs=2, are for the run
that is killed, shared or in shards; each of its processes has as many threads for each job as the unbroken one has.
processes=N kills one of N processes on one folder at a time. Exits with 1 and one line for a failure.
"""
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True  # the sources stay as they are
from reduced_table1 import (ELSEWHERE, CELL, Failed, Sweep, axes_of, check_equal, check_fits, check_left, check_log,
                            check_once, check_stamps, kill_group, number, stamps)

DETECTORS = ("padim", "patchcore", "cflow", "glass", "uniad", "feature_norm")
FEATURES = ("raw", "pretrained")
EPOCH = re.compile(r"^adrep: (.+ · .+ · .+): epoch (\d+) of (\d+): ", re.MULTILINE)


class Attempt:
    """One process of a sweep, and what it says as pairs of seconds and line; complete when it has ended."""

    def __init__(self, sweep, words, said):
        self.said, self.lines = said, []
        self.process = sweep.start(words, subprocess.DEVNULL, subprocess.PIPE)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            self.lines.append((time.monotonic(), line.decode(errors="replace")))

    def runs(self):
        return self.process.poll() is None

    def end(self):
        """Waits for it. Its exit code."""
        self.process.wait()
        self.reader.join()
        self.said.write_text(self.text())
        return self.process.returncode

    def kill_after(self, pause):
        """False if it ended by itself."""
        try:
            self.process.wait(pause)
        except subprocess.TimeoutExpired:
            kill_group(self.process)
        return self.end() < 0

    def text(self):
        return "".join(line for _, line in self.lines)

    def outcome(self):
        return f"exit code {self.process.returncode}: {self.text().strip().splitlines()[-1:]}"


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


def unbroken(sweep, axes, threads):
    cells = sweep.cells(axes)
    words = sweep.words("unbroken", [*axes, f"threads={threads}"])
    start = time.monotonic()
    printed, said = sweep.run(words)
    seconds = time.monotonic() - start
    (sweep.folder / "unbroken" / "said.txt").write_text(said)
    print(printed, end="")
    there = len(stamps(sweep.results("unbroken")))
    if there != cells:
        raise Failed(f"{there} cells instead of {cells}")
    print(f"check_sweep: unbroken: {cells} cells in {seconds / 60:.1f} min", flush=True)
    return cells, seconds, len(EPOCH.findall(said))


def killed(sweep, settings, kills, cells, cell_seconds, processes):
    """Kills and continues one sweep, one of its processes at a time; all attempts as they ended, and how many were
    killed: fewer than asked for where the machine has become faster than when it was timed."""
    words = sweep.words("killed", settings)
    place, results = sweep.folder / "killed", sweep.results("killed")
    place.mkdir()
    draw, known, ended = random.Random(20), {}, []

    def attempt():
        return Attempt(sweep, words, place / f"said-{len(ended) + len(running)}.txt")

    running = []
    for _ in range(processes):
        running.append(attempt())
    for wanted in sorted(draw.randrange(max(1, cells - 4)) for _ in range(kills)):
        while len(stamps(results)) < wanted and all(one.runs() for one in running):
            time.sleep(0.02)
        ended.append(running.pop(draw.randrange(processes)))
        if not ended[-1].kill_after(draw.uniform(0, 3 * cell_seconds / processes)):
            if ended[-1].process.returncode != 0 or 2 * (len(ended) - 1) < kills:
                raise Failed(f"the run ended by itself before it had {wanted} cells and a moment: {ended[-1].outcome()}")
            break
        now = stamps(results)
        check_stamps(known, now, f"kill {len(ended)}")
        known = now
        running.append(attempt())
    for last in running:
        if last.end() != 0:
            raise Failed(f"the last attempt: {last.outcome()}")
    check_stamps(known, stamps(results), "the last attempt")
    return [*ended, *running], sum(attempt.process.returncode < 0 for attempt in ended)


class Settings:
    """What the words after the programs' names say."""

    def __init__(self, words, **defaults):
        self.axes, others = axes_of(words)
        given = dict(defaults, **dict(word.split("=", 1) for word in others))
        self.threads, self.processes = int(given.pop("threads", 1)), int(given.pop("processes", 1))
        self.jobs, self.checkpoint = int(given.get("jobs", 1)), float(given.get("checkpoint", 0))
        if self.processes > 1:
            given.setdefault("lease", 3)
        self.broken = [*self.axes, *(f"{key}={value}" for key, value in given.items()),
                       f"threads={self.threads * self.jobs}"]


def check_trained(attempts, needed, settings):
    """What the cut trainings lost, in words."""
    if settings.checkpoint != 0:
        lost = check_lost([attempt.lines for attempt in attempts], settings.checkpoint)
        return f"at most {lost:.2f} s of a training lost, checkpoint={settings.checkpoint:g}"
    texts, side_by_side = [attempt.text() for attempt in attempts], settings.jobs
    if settings.processes > 1:  # a training goes on in another process, which may have begun before
        texts = ["".join(line for _, line in sorted(line for attempt in attempts for line in attempt.lines))]
        side_by_side *= settings.processes
    return f"{check_epochs(texts, needed, side_by_side)} epochs trained, {needed} by the unbroken run"


def check_kills(sweep, kills, words):
    settings = Settings(words)
    cells, seconds, needed = unbroken(sweep, settings.axes, settings.threads)
    start = time.monotonic()
    attempts, kills = killed(sweep, settings.broken, kills, cells, seconds / cells, settings.processes)
    computed = check_once([attempt.text() for attempt in attempts])
    trained = check_trained(attempts, needed, settings)
    check_log(sweep.results("killed"), cells)
    check_equal(sweep.results("killed"), sweep.results("unbroken"), "the run that was killed")
    check_left(sweep.folder / "killed")
    among = f" one of {settings.processes} processes" if settings.processes > 1 else ""
    print(f"check_sweep: killed{among} {kills} times and continued: {cells} cells, the same bytes, in "
          f"{(time.monotonic() - start) / 60:.1f} min; {computed} lines of cells, none twice; {trained}")


def run_together(attempts):
    for attempt in attempts:
        if attempt.end() != 0:
            raise Failed(f"{attempt.said.stem}: {attempt.outcome()}")


def computed_by(attempt):
    return sum(not any(words in rest for words in ELSEWHERE) for _, rest in CELL.findall(attempt.text()))


def check_shared_folder(sweep, processes, words):
    settings = Settings([*words, f"processes={processes}"])
    cells, seconds, _ = unbroken(sweep, settings.axes, settings.threads)
    start = time.monotonic()
    run = sweep.words("shared", settings.broken)
    place = sweep.folder / "shared"
    place.mkdir()
    attempts = [Attempt(sweep, run, place / f"process-{i + 1}.txt") for i in range(processes)]
    run_together(attempts)
    check_once([attempt.text() for attempt in attempts])
    check_log(sweep.results("shared"), cells)
    check_equal(sweep.results("shared"), sweep.results("unbroken"), "the shared run")
    fitted = check_fits(sweep.results("shared"), sweep.results("unbroken"))
    check_left(place)
    print(f"check_sweep: {processes} processes on one folder: {cells} cells, the same bytes, in "
          f"{time.monotonic() - start:.1f} s, {seconds:.1f} s by one; {fitted} fits, none twice; cells by process: "
          f"{', '.join(str(computed_by(attempt)) for attempt in attempts)}")


def check_shards(sweep, shards, words):
    settings = Settings(words)
    cells, _, _ = unbroken(sweep, settings.axes, settings.threads)
    names = [f"shard-{i + 1}" for i in range(shards)]
    attempts = []
    for i, name in enumerate(names):
        run = sweep.words(name, [*settings.broken, "--shard", f"{i + 1}/{shards}"])
        (sweep.folder / name).mkdir()
        attempts.append(Attempt(sweep, run, sweep.folder / name / f"{name}.txt"))
    run_together(attempts)
    parts = [len(stamps(sweep.results(name))) for name in names]
    if sum(parts) != cells:
        raise Failed(f"the shards have {' + '.join(map(str, parts))} cells instead of {cells} of all")
    merged = sweep.results("merged")
    sweep.run(["results", "merge", str(merged), *(str(sweep.results(name)) for name in names)])
    before = stamps(merged)
    sweep.run(["run", "table1.yaml", *sweep.places("merged"), *settings.broken, "--tables-only"])
    check_stamps(before, stamps(merged), "--tables-only")
    check_log(merged, cells)
    check_equal(merged, sweep.results("unbroken"), "the merged shards")
    print(f"check_sweep: {shards} shards, merged: {' + '.join(map(str, parts))} cells, the same bytes; "
          f"{check_fits(merged, sweep.results('unbroken'))} fits, none twice")


def passes_of(said):
    drawn = re.search(r"(\d+) drawn images went through", said)
    return number(r"of (\d+) computed", said, "how many images it computed"), int(drawn.group(1)) if drawn else 0


def check_columns(sweep, data, factor):
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
    check_columns(sweep, "visa", 10)  # one geometry
    check_columns(sweep, "mvtec_ad", 5)


def main():
    modes = {"kills": check_kills, "shared": check_shared_folder, "shards": check_shards}
    counted = len(sys.argv) >= 5 and sys.argv[1] in modes and sys.argv[4].isdigit()
    if not counted and not (len(sys.argv) == 4 and sys.argv[1] == "passes"):
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder, Sweep(sys.argv[2], sys.argv[3], folder) as sweep:
        if counted:
            modes[sys.argv[1]](sweep, int(sys.argv[4]), sys.argv[5:])
        else:
            check_passes(sweep)


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"check_sweep: {failure}")
