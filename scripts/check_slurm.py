#!/usr/bin/env python3
"""adrep submit and adrep status on a small SLURM of this machine with two nodes (scripts/slurm_local.sh), over a part
of the reduced Table 1 that WRITER (adrep_reduced_table1) writes (scripts/check_slurm.sh).

    check_slurm.py PROGRAM WRITER [whole] [key=value ...]

In one submission a class fails whose images are away; with them back a second one computes that class alone. In one
a task is put back into the queue, and once more as its time is over. One has pretrainings to do first. In the largest
a task is killed and a node is lost whose step goes on and ends late. Each must come to what one process alone comes
to, byte for byte, with nothing fitted twice but what the lost node had at hand.

data=, backbone=, detector= and features= choose another part of the table, `whole` is all of it; other settings, such
as cflow.meta_epochs=3, are for every run. Exits with 1 and one line for a failure.
"""
import contextlib
import json
import pathlib
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # the sources stay as they are
from reduced_table1 import (CLASSES, Failed, Sweep, axes_of, check_equal, check_fits, check_left, check_stamps, fits,
                            log_events, stamps)
from small_slurm import SECONDS, Slurm, wait_for

PART = ("data=visa", "backbone=clip,imagebind", "detector=padim,cflow,glass,uniad")
LENGTH = ("cflow.meta_epochs=5", "glass.meta_epochs=5", "uniad.epochs=8")  # so that a process can be met in a fit
TASKS = 4
LEASE = 5  # seconds
STATES = ("planned", "queued", "running", "done", "failed", "lost", "blocked")


def fits_now(process, results):
    """Whether a process has taken a fit."""
    for file in (results / "leases").glob("fit-*"):
        with contextlib.suppress(OSError, ValueError):  # it may just be made or removed
            if json.loads(file.read_text())["process"] == process:
                return True
    return False


def stop_in_work(slurm, results, what, suits):
    """Stops the process of a suitable task in the middle of a fit. It goes on with SIGCONT."""

    def found():
        for task in slurm.tasks():
            if not suits(task) or not fits_now(task.process, results):
                continue
            task.signal(signal.SIGSTOP)
            wait_for(lambda: task.is_stopped() or task.has_ended(), "a process to stop", 0.001)
            if fits_now(task.process, results):
                return task
            task.signal(signal.SIGCONT)
        return None

    return wait_for(found, f"{what} to fit something", 0.002)


class Submissions:
    """The sweep, submitted to SLURM with results of its own."""

    def __init__(self, slurm, sweep, name, settings, config="table1.yaml"):
        self.slurm, self.sweep, self.results = slurm, sweep, sweep.results(name)
        self.words = ["submit", config, *sweep.places(name), *settings, f"lease={LEASE}", "--tasks", str(TASKS)]

    def submit(self, *words):
        """What it prints and says."""
        return "".join(self.sweep.run([*self.words, *words]))

    def run(self):
        """Submits what is missing and lets it come to its end."""
        said = self.submit()
        self.slurm.wait_until_empty()
        return said

    def status(self):
        told = json.loads(self.sweep.run(["status", str(self.results), "--json"])[0])
        cells, parts = told["cells"], told["parts"]
        if any(sum(part[state] for part in parts) != cells[state] for state in STATES):
            raise Failed(f"adrep status: the parts are not the whole: {cells}")
        if len(told["failed"]) != cells["failed"] + cells["lost"] or not all(entry["why"] for entry in told["failed"]):
            raise Failed(f"adrep status: it does not say why each of these failed or was lost: {cells}")
        return told

    def check_status(self, **wanted):
        cells = self.status()["cells"]
        if any(cells[state] != wanted.get(state, 0) for state in STATES):
            raise Failed(f"adrep status: {cells} instead of {wanted}")

    def nothing_more(self):
        said = self.submit()
        if "nothing to submit" not in said or self.slurm.queue():
            raise Failed(f"all is there, and adrep submit says: {said.strip().splitlines()[-1:]}")

    def submitted(self):
        """The results in the tasks of the latest submission."""
        file = max((self.results / "submissions").glob("*/tasks.jsonl"), key=lambda file: file.stat().st_mtime_ns)
        return {result for line in file.read_text().splitlines() for result in json.loads(line).get("results", [])}

    def tables(self):
        return (self.results / "table.csv").is_file()


def alone(sweep, name, settings, config="table1.yaml"):
    """Results of one process, which others must come to."""
    start = time.monotonic()
    sweep.run(sweep.words(name, settings, config))
    cells = len(stamps(sweep.results(name)))
    print(f"check_slurm: {name}: {cells} cells by one process in {time.monotonic() - start:.0f} s", flush=True)
    return cells


def check_print(submissions):
    before, script = submissions.slurm.queue("all"), submissions.submit("--print")
    for word in ("#SBATCH --requeue", "#SBATCH --signal=B:USR1@120", "#SBATCH --open-mode=append"):
        if word not in script:
            raise Failed(f"adrep submit --print: no {word} in the script")
    if submissions.slurm.queue("all") != before:
        raise Failed("adrep submit --print has submitted a job")


def kill(slurm, task):
    """All of a task but what SLURM watches it with."""
    for process in slurm.tasks():
        if (process.job, process.number, process.node) == (task.job, task.number, task.node):
            if process.about("Name") != "slurmstepd":
                process.signal(signal.SIGKILL)


def put_back(submissions, task, *words):
    """Ends a stopped task by a command, which must bring it back into the queue, and lets it start again."""
    slurm = submissions.slurm
    slurm.call(*words, f"{task.job}_{task.number}")
    wait_for(lambda: task.is_to_end() or not task.is_stopped(), "a process to be told to end", 0.01)
    task.signal(signal.SIGCONT)

    def waits():
        place = (task.job, task.number, "PENDING")
        return any((row["job"], row["task"], row["state"]) == place for row in slurm.queue())

    def started():
        slurm.hurry()
        return any(one.number == task.number and one.restarts > task.restarts for one in slurm.tasks())

    wait_for(waits, f"task {task.number} to be back in the queue", tail=lambda: f": {slurm.queue()}")
    lost = [entry["why"] for entry in submissions.status()["failed"]]
    if lost:
        raise Failed(f"adrep status of results whose task is back in the queue: {len(lost)} are lost: {lost[0]}")
    wait_for(started, f"task {task.number} to start again", tail=lambda: f": {slurm.queue()}")


def check_put_back(slurm, sweep, settings):
    cells = alone(sweep, "few", settings)
    submissions = Submissions(slurm, sweep, "put-back", settings)
    check_print(submissions)
    submissions.submit()
    task = stop_in_work(slurm, submissions.results, "a task", lambda task: True)
    put_back(submissions, task, "scontrol", "requeue")
    task = stop_in_work(slurm, submissions.results, "the task that was put back",
                        lambda one: one.number == task.number and one.restarts > task.restarts)
    put_back(submissions, task, "scancel", "--signal=USR1", "--batch")
    slurm.wait_until_empty()
    submissions.check_status(done=cells)
    check_equal(submissions.results, sweep.results("few"), "the run that was put back into the queue")
    fitted = check_fits(submissions.results, sweep.results("few"), ended=2)
    check_left(sweep.folder / "put-back")
    print(f"check_slurm: a task requeued, and once more as its time was over: {cells} cells, the same bytes, {fitted} "
          "fits", flush=True)


def check_faults(slurm, sweep, settings):
    cells = alone(sweep, "unbroken", settings)
    submissions = Submissions(slurm, sweep, "submitted", settings)
    results, start = submissions.results, time.monotonic()
    said = submissions.submit()
    late = stop_in_work(slurm, results, "a task on n2", lambda task: task.node == "n2")
    dead = stop_in_work(slurm, results, "a task on n1", lambda task: task.node == "n1")
    running = {entry["process"] for entry in submissions.status()["running"]}
    if late.job not in said or not {late.process, dead.process} <= running:
        raise Failed(f"job {late.job} with the processes {late.process} and {dead.process} runs; adrep status tells of "
                     f"{running}, adrep submit of {said.strip().splitlines()}")
    kill(slurm, dead)
    slurm.lose("n2")
    slurm.wait_until_empty()
    first, lost = stamps(results), cells - len(stamps(results))
    submissions.check_status(done=len(first), lost=lost)
    if not lost or not submissions.tables():
        raise Failed(f"{len(first)} of {cells} cells after a task was killed, tables: {submissions.tables()}")
    if late.has_ended():
        raise Failed("the stopped process on the lost node has ended")
    late.signal(signal.SIGCONT)
    wait_for(late.has_ended, "the step on the lost node to end")
    submissions.run()
    if len(submissions.submitted()) != lost:
        raise Failed(f"{lost} results were lost, {len(submissions.submitted())} were submitted again")
    check_stamps(first, stamps(results), "the step on the lost node or the second submission")
    check_equal(results, sweep.results("unbroken"), "the submitted run")
    fitted = check_fits(results, sweep.results("unbroken"), ended=1, again=1)
    submissions.check_status(done=cells)
    submissions.nothing_more()
    check_left(sweep.folder / "submitted")
    print(f"check_slurm: a task killed, a node lost whose step ended late, submitted again: {cells} cells, the same "
          f"bytes, in {time.monotonic() - start:.0f} s; {fitted} fits, "
          f"{fits(sweep.results('unbroken')).total()} by one process", flush=True)


@contextlib.contextmanager
def busy_sbatch(sweep, folder, times):
    """An sbatch that says so many times that SLURM is busy, then submits."""
    folder.mkdir()
    calls, script = folder / "calls", folder / "sbatch"
    calls.write_text("")
    script.write_text(f"""#!/bin/sh
echo >>'{calls}'
[ "$(wc -l <'{calls}')" -gt {times} ] || {{
  echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2
  exit 1
}}
PATH=${{PATH#*:}} exec sbatch "$@"
""")
    script.chmod(0o755)
    before = sweep.environment["PATH"]
    sweep.environment["PATH"] = f"{folder}:{before}"
    yield
    sweep.environment["PATH"] = before
    if len(calls.read_text()) <= times:
        raise Failed("adrep submit did not try again where sbatch was busy")


def check_failed_class(slurm, sweep, settings):
    cells = alone(sweep, "small", settings)
    submissions = Submissions(slurm, sweep, "hidden", settings)
    images, away = sweep.folder / "data" / "visa" / "capsules", sweep.folder / "capsules"
    slurm.call("scontrol", "update", "partitionname=main", "state=down")  # nothing starts before the images are away
    with busy_sbatch(sweep, sweep.folder / "busy", 2):
        submissions.submit()
    submissions.check_status(queued=cells)
    images.rename(away)
    slurm.call("scontrol", "update", "partitionname=main", "state=up")
    slurm.wait_until_empty()
    away.rename(images)
    lost = cells // CLASSES
    submissions.check_status(done=cells - lost, failed=lost)
    known, before = stamps(submissions.results), log_events(submissions.results)
    submissions.run()
    check_stamps(known, stamps(submissions.results), "the second submission")
    failed = {event["planned"] for event in before if event["state"] == "failed"}
    again = {event["planned"] for event in log_events(submissions.results) if event not in before}
    if again != failed or submissions.submitted() != failed:
        raise Failed(f"{len(failed)} results had failed, the second submission was about "
                     f"{len(submissions.submitted() | again)}")
    submissions.check_status(done=cells)
    check_equal(submissions.results, sweep.results("small"), "the run without a class's images at first")
    submissions.nothing_more()
    print(f"check_slurm: {lost} results of a class failed and were submitted again, alone: {cells} cells, the same "
          "bytes", flush=True)


def check_pretrained(slurm, sweep):
    config, settings = "configs/table8.yaml", ["tau=0.1,0.2", "threads=1"]
    cells = alone(sweep, "alone", settings, config)
    submissions = Submissions(slurm, sweep, "pretrained", settings, config)
    submissions.run()
    submissions.check_status(done=cells)
    check_equal(submissions.results, sweep.results("alone"), "the submitted run with pretrainings")
    check_fits(submissions.results, sweep.results("alone"))
    needed, done = (sorted(len(file.read_text().splitlines()) for file in
                           (sweep.folder / name).glob("pretrained/*/log.jsonl")) for name in ("alone", "pretrained"))
    if done != needed or not needed:
        raise Failed(f"pretrainings took {done} passes in tasks, {needed} in one process")
    check_left(sweep.folder / "pretrained")
    print(f"check_slurm: {len(done)} pretrainings, then {cells} cells with their projectors, the same bytes",
          flush=True)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    words = sys.argv[3:]
    whole = "whole" in words
    axes, others = axes_of([word for word in words if word != "whole"])
    axes = axes or ([] if whole else list(PART))
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        with Slurm(folder / "slurm") as slurm, Sweep(sys.argv[1], sys.argv[2], folder / "a sweep") as sweep:
            sweep.environment["SLURM_CONF"], sweep.seconds = slurm.conf, SECONDS
            check_failed_class(slurm, sweep, ["data=visa", "backbone=clip", "detector=padim,cflow", "threads=1"])
            check_put_back(slurm, sweep, ["data=visa", "backbone=clip", "detector=cflow,glass", *LENGTH, "threads=1"])
            check_pretrained(slurm, sweep)
            check_faults(slurm, sweep, [*axes, *LENGTH, *others, "threads=1"])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("check_slurm: ended from outside"))  # and SLURM with it
    try:
        main()
    except Failed as failure:
        sys.exit(f"check_slurm: {failure}")
