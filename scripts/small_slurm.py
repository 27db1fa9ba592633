"""A small SLURM of this machine (slurm_local.sh) for checks, and the processes of its tasks."""
import contextlib
import datetime
import os
import pathlib
import signal
import subprocess
import time

from reduced_table1 import Failed

SECONDS = 600  # more than anything that is waited for takes


def wait_for(condition, what, pause=0.1, tail=lambda: ""):
    """What the condition comes to, once it is true."""
    until = time.monotonic() + SECONDS
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise Failed(f"waited {SECONDS} s for {what}{tail()}")
        time.sleep(pause)


class Slurm:
    """Two nodes; ended with all that runs on them."""

    def __init__(self, folder):
        self.folder, self.script = folder, pathlib.Path(__file__).resolve().parent / "slurm_local.sh"

    def __enter__(self):
        line = subprocess.run([self.script, "start", self.folder], capture_output=True, text=True)
        if line.returncode != 0:
            raise Failed(line.stderr.strip())
        self.conf = str(self.folder / "slurm.conf")
        self.environment = dict(os.environ, SLURM_CONF=self.conf)
        return self

    def __exit__(self, *problem):
        subprocess.run([self.script, "stop", self.folder], check=True)

    def call(self, *words):
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"{' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def queue(self, states=""):
        """All that is queued or runs, or is in these states, a line a task."""
        words = ["-t", states] if states else []
        return [dict(zip(("job", "task", "state", "reason", "start"), line.split("|")))
                for line in self.call("squeue", "-h", "-r", "-o", "%F|%K|%T|%r|%S", *words).splitlines()]

    def hurry(self):
        """What was put back into the queue need not wait for long: a new second must have begun, or the credential that
        was revoked counts. What still runs or waits."""
        rows, soon = self.queue(), datetime.datetime.now() + datetime.timedelta(seconds=3)
        for row in rows:
            if row["reason"] == "BeginTime" and soon.isoformat() < row["start"] < "N/A":  # that: it has come
                self.call("scontrol", "update", f"jobid={row['job']}_{row['task']}", "StartTime=now+2")
        return rows

    def wait_until_empty(self):
        wait_for(lambda: not self.hurry(), "all jobs to end", tail=lambda: f": {self.queue()}")

    def lose(self, node):
        """As where a machine hangs or its network goes: its steps know nothing of it."""
        os.kill(int((self.folder / f"{node}.pid").read_text()), signal.SIGKILL)
        self.call("scontrol", "update", f"nodename={node}", "state=down", "reason=lost")

    def tasks(self):
        """The processes of all tasks."""
        return [task for task in map(Task.of, pathlib.Path("/proc").glob("[0-9]*")) if task and task.conf == self.conf]


class Task:
    """One process of a task of an array, as its environment tells of it."""

    def __init__(self, process, variables):
        self.process, self.conf = process, variables.get("SLURM_CONF")
        self.job, self.number = variables["SLURM_ARRAY_JOB_ID"], variables["SLURM_ARRAY_TASK_ID"]
        self.node, self.restarts = variables["SLURMD_NODENAME"], int(variables.get("SLURM_RESTART_COUNT", 0))

    @staticmethod
    def of(folder):
        with contextlib.suppress(OSError, KeyError):
            text = (folder / "environ").read_bytes().decode(errors="replace")
            return Task(int(folder.name), dict(line.split("=", 1) for line in text.split("\0") if "=" in line))
        return None

    def signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process, number)

    def about(self, name):
        """A line of the process's status in /proc; "" where there is no such process."""
        with contextlib.suppress(OSError):
            for line in pathlib.Path(f"/proc/{self.process}/status").read_text().splitlines():
                if line.startswith(name + ":"):
                    return line.split(":")[1].strip()
        return ""

    def is_stopped(self):
        return self.about("State").startswith("T")

    def has_ended(self):
        return self.about("State")[:1] in ("", "Z", "X")

    def is_to_end(self):
        """Whether SIGTERM waits for a stopped process to go on."""
        return int(self.about("ShdPnd") or "0", 16) >> (signal.SIGTERM - 1) & 1 == 1
