"""Who takes turns: turn() runs once and gives {"seconds", "value", "peak_bytes"}, end() lets go of what it holds."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
THREADS = 2
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": str(THREADS), "MKL_NUM_THREADS": str(THREADS)}


class Failed(Exception):
    """A program of a comparison ended with an error."""


class Server:
    """A case of cases.py in a process of its own."""

    def __init__(self, name, inputs, photographs):
        self.errors = tempfile.TemporaryFile("w+")
        command = [sys.executable, str(HERE / "serve.py"), name, str(inputs), str(photographs)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, env=ENVIRONMENT)
        self.name, self.version = name.split("/")[-1], self._answer()["version"]

    def _answer(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        self.errors.seek(0)
        said = self.errors.read().strip().splitlines()
        raise Failed(f"{' '.join(map(str, self.process.args[2:3]))}: {said[-1] if said else 'no answer'}")

    def turn(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._answer()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Timing:
    """A case of adrep_timings, started anew in each turn."""

    def __init__(self, program, case, inputs, photographs, version, name="adrep"):
        self.name, self.version, self.case = name, version, case
        self.command = [str(program), f"--inputs={inputs}", f"--images={photographs}", f"--threads={THREADS}",
                        f"--benchmark_filter=^{re.escape(case)}/real_time$", "--benchmark_format=json"]

    def turn(self):
        done = subprocess.run(self.command, capture_output=True, text=True, env=ENVIRONMENT)
        found = json.loads(done.stdout)["benchmarks"] if done.returncode == 0 and done.stdout else []
        if len(found) != 1 or found[0].get("error_occurred"):
            raise Failed(f"adrep_timings {self.case}: {found[0]['error_message'] if found else done.stderr.strip()[-300:]}")
        unit = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[found[0]["time_unit"]]
        return {"seconds": found[0]["real_time"] * unit, "value": found[0]["value"],
                "peak_bytes": found[0].get("peak_bytes")}

    def end(self):
        pass


class WholeRun:
    """`adrep run` on a class, from the start of the program to the report."""

    def __init__(self, program, words, inputs, photographs, version):
        self.name, self.version = "adrep", version
        detector, *settings = words.split()
        self.command = [str(program), "run", f"data={photographs}", f"detector={detector}", "features=raw",
                        "backbone=resnet18", f"weights={inputs}/weights_resnet18.safetensors", "image.resize=224",
                        "cache=off", f"threads={THREADS}", "--quiet", *settings]

    def turn(self):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            process = subprocess.Popen([*self.command, f"output={folder}/results"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
            said = process.stderr.read()
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                raise Failed(f"adrep run: {said.strip()[-300:]}")
            cell = json.loads(next(Path(folder).rglob("cells/**/*.json")).read_text())
            value = next(one["value"] for one in cell["metrics"] if one["name"] == "image_auroc")
        return {"seconds": seconds, "value": value, "peak_bytes": used.ru_maxrss * 1024}

    def end(self):
        pass
