#!/usr/bin/env python3
"""adrep beside what users run today, in turns: see scripts/compare_peers.sh, which prepares everything and calls this.

    compare.py --bin BUILD/bin --inputs FOLDER --class CLASS --output FILE.json [--turns N] [--only PART] [--list]
"""
import argparse
import dataclasses
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
THREADS = 2
PAUSE = 0.03  # threads of OpenMP wait actively for some 15 ms after their last work
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": str(THREADS), "MKL_NUM_THREADS": str(THREADS)}


class Busy(Exception):
    """Other work is on the machine."""


class Failed(Exception):
    """A program of a comparison ended with an error."""


@dataclasses.dataclass
class Row:
    """One line of the table: a case of adrep_timings, or of adrep itself, and what takes turns with it."""

    name: str
    own: str
    peers: list[str]
    inputs: str = "."
    same: float | None = None  # values agree to this much of them; None: they are not comparable


ROWS = [
    Row("image AUROC", "image_auroc", ["image_auroc/scikit-learn"], same=1e-5),
    Row("pixel AUROC", "pixel_auroc", ["pixel_auroc/scikit-learn", "pixel_auroc/anomalib"], same=1e-5),
    Row("pixel AP", "pixel_ap", ["pixel_ap/scikit-learn"], same=1e-5),
    Row("PRO to 0.3", "aupro", ["pro/anomalib"], same=1e-5),
    Row("PRO to 0.3 by 1000 bins", "aupro", ["pro/adeval"], same=1e-3),
    Row("PRO to 0.3 by 200 thresholds", "aupro", ["pro/loop", "pro/loop, regions labelled once"]),
    Row("images, one thread", "image_pipeline_1_thread", ["images/torchvision"], same=1e-2),
    Row("images, 2 threads", "image_pipeline_loader", ["images/torchvision, 2 workers"], same=1e-2),
    *(
        Row(f"{name}, batch {batch}", f"{name}/batch{batch}", [f"{name}/batch{batch}/timm"], same=1e-4)
        for name in ("efficientnet_lite0", "resnet18", "resnet50", "wide_resnet50_2", "dinov2_small", "dinov2_base")
        for batch in (1, 8)
    ),
    Row("PaDiM fit, against each position's dense covariance", "padim_fit", ["own:padim_fit_dense"]),
    Row("coreset of 10 %, 10 000 random patches", "coreset_n10000", ["coreset/anomalib"]),
    Row("coreset of 10 %, 10 000 real patches", "coreset_n10000", ["coreset/anomalib"], inputs="real"),
    Row("nearest patch, real", "knn_real_k1", ["real_patches_k1/faiss"], same=1e-4),
    Row("9 nearest patches, real", "knn_real_k9", ["real_patches_k9/faiss"], same=1e-4),
    Row("nearest patch, random", "knn_k1", ["knn_k1/faiss", "knn_k1/torch"], same=1e-4),
    Row("9 nearest patches, random", "knn_k9", ["knn_k9/faiss"], same=1e-4),
    Row("CFLOW likelihood", "cflow_forward", ["cflow_forward/FrEIA"]),
    Row("CFLOW step", "cflow_step", ["cflow_step/FrEIA"]),
    Row("GLASS step, 8 images of 784 × 1536", "glass_step", ["glass_step/anomalib"]),
    Row("whole class, PaDiM", "run:padim padim.dims=100", ["class_padim/anomalib"]),
    Row("whole class, PatchCore", "run:patchcore", ["class_patchcore/anomalib"]),
    Row("one photograph at a time", "predict:", ["torch", "openvino", "openvino-f32"]),
]


# the machine

def processor_times():
    words = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    times = list(map(int, words))
    return sum(times[:8]), times[3] + times[4]


def busy_processors(seconds=1.0):
    """How many processors work while this one sleeps."""
    (all_before, idle_before), _, (all_after, idle_after) = processor_times(), time.sleep(seconds), processor_times()
    share = 1 - (idle_after - idle_before) / max(1, all_after - all_before)
    return share * os.cpu_count()


def wait_for_calm(reading=busy_processors, patience=30, limit=0.1):
    """Raises Busy where other work does not stop. The limit is in processors."""
    seen = []
    for _ in range(patience):
        seen.append(reading())
        if seen[-1] <= limit:
            return
    raise Busy(f"other work takes {min(seen):.2f} of {os.cpu_count()} processors: stop it, or compare later")


def machine():
    text = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.*)", text)
    return {
        "processor": model[1] if model else platform.machine(),
        "cores": os.cpu_count(),
        "avx512": " avx512f " in text,
        "date": datetime.date.today().isoformat(),
    }


# contenders: turn() -> {"seconds", "value", "peak_bytes"}

class Server:
    """A case of cases.py in a process of its own."""

    def __init__(self, name, inputs, photographs):
        self.errors = tempfile.TemporaryFile("w+")
        command = [sys.executable, str(HERE / "serve.py"), name, str(inputs), str(photographs)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, env=ENVIRONMENT)
        self.name, self.version = f"{name.split('/')[-1]}", self._answer()["version"]

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


# a row

def in_turns(contenders, turns, pause=PAUSE):
    """What each measured; another one is first in every turn."""
    found = [[] for _ in contenders]
    for turn in range(turns):
        for i in range(len(contenders)):
            place = (i + turn) % len(contenders)
            found[place].append(contenders[place].turn())
            time.sleep(pause)
    return found


def ratios(own, peer):
    """The ratio of the medians, and the smallest and the largest of a turn."""
    by_turn = [theirs["seconds"] / ours["seconds"] for ours, theirs in zip(own, peer, strict=True)]
    medians = [statistics.median(one["seconds"] for one in side) for side in (own, peer)]
    return {"ratio": medians[1] / medians[0], "lowest": min(by_turn), "highest": max(by_turn)}


def agree(own, peer, same):
    if same is None:
        return None
    return abs(own - peer) <= same * max(abs(own), abs(peer), 1e-12)


def lines_of(row, contenders, found):
    own = found[0]
    lines = []
    for contender, theirs in zip(contenders[1:], found[1:], strict=True):
        line = {"row": row.name, "beside": contender.name, "version": contender.version}
        for side, runs in (("its", theirs), ("adrep", own)):
            line[f"{side}_seconds"] = statistics.median(one["seconds"] for one in runs)
            line[f"{side}_value"] = runs[-1]["value"]
            line[f"{side}_peak_bytes"] = max((one["peak_bytes"] for one in runs if one["peak_bytes"]), default=None)
        line.update(ratios(own, theirs), same_values=agree(own[-1]["value"], theirs[-1]["value"], row.same))
        lines.append(line)
    return lines


class Comparison:
    def __init__(self, arguments):
        self.bin, self.inputs, self.photographs = arguments.bin, arguments.inputs, arguments.photographs
        self.turns = arguments.turns
        said = subprocess.run([self.bin / "adrep", "--version"], capture_output=True, text=True, check=True).stdout
        self.version = said.split("\n")[0].removeprefix("adrep ").strip()

    def contender(self, row, name):
        kind, _, words = name.partition(":")
        inputs = self.inputs / row.inputs
        if kind == "run":
            return WholeRun(self.bin / "adrep", words, inputs, self.photographs, self.version)
        case, shown = (words, words) if kind == "own" else (name, "adrep")
        return Timing(self.bin / "adrep_timings", case, inputs, self.photographs, self.version, shown)

    def run(self, row):
        if row.own.startswith("predict:"):
            return self.predictions(row)
        contenders = [self.contender(row, row.own)]
        try:
            for peer in row.peers:
                own = peer.startswith("own:")
                contenders.append(self.contender(row, peer) if own else Server(peer, self.inputs / row.inputs, self.photographs))
            wait_for_calm()
            return lines_of(row, contenders, in_turns(contenders, self.turns))
        finally:
            for contender in contenders:
                contender.end()

    def predictions(self, row):
        """By adrep bench predict, which takes turns itself."""
        python, script = sys.executable, HERE / "anomalib_predict.py"
        environment = {**ENVIRONMENT, "TRUST_REMOTE_CODE": "1"}
        name = "efficientnet-lite0-57934424.pth"
        weights = next((path for folder in os.environ["ADREP_WEIGHTS"].split(":") if (path := Path(folder) / name).exists()), None)
        if weights is None:
            raise Failed(f"no {name} in ADREP_WEIGHTS={os.environ['ADREP_WEIGHTS']}: scripts/setup.sh brings it")
        other, model = self.inputs / "anomalib", self.inputs / "part.adrep"
        quiet = {"check": True, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if not (other / "weights/openvino/model.xml").exists():
            subprocess.run([python, script, "fit", self.photographs, other, "--weights", weights], **quiet)
        model.unlink(missing_ok=True)
        subprocess.run([self.bin / "adrep", "fit", f"data={self.photographs}/train/good", "backbone=efficientnet_lite0",
                        "detector=patchcore", "image.resize=224", "image.crop=224", "-o", model], **quiet)
        peers = {"torch": "torch {}", "openvino": "openvino {}", "openvino-f32": "openvino {} --precision f32"}
        words = [f"{name}={python} {script} {peers[name].format(other)}" for name in row.peers]
        command = [self.bin / "adrep", "bench", "predict", model, self.photographs / "test", "--threads", str(THREADS),
                   "--empty", self.bin / "adrep_empty_program", "--format", "json"]
        for word in words:
            command += ["--peer", word]
        wait_for_calm()
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        if done.returncode != 0:
            raise Failed(f"adrep bench predict: {done.stderr.strip()[-300:]}")
        return [{"row": row.name, "race": without_places(json.loads(done.stdout))}]


def without_places(race):
    """What another machine's reader can use: no commands, no folders, no single times."""
    kept = ("name", "median", "percentile_99", "together", "first_score", "peak_bytes", "times_the_first")
    return [{key: one[key] for key in kept} for one in race["contenders"]]


# what is shown

def seconds_text(value):
    return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.3g} ms"


def memory_text(value):
    return f"{value / 1e6:.0f} MB" if value else ""


def markdown(lines):
    rows = ["| what | beside | its time | adrep | ratio | by turns | its memory | adrep's | values |",
            "|---|---|--:|--:|--:|--:|--:|--:|---|"]
    for line in (line for line in lines if "race" not in line):
        same = {None: "", True: "the same", False: f"{line['its_value']:.6g}, {line['adrep_value']:.6g}"}
        memory = [memory_text(line[f"{side}_peak_bytes"]) for side in ("its", "adrep")]
        rows.append(f"| {line['row']} | {line['beside']} {line['version']} | {seconds_text(line['its_seconds'])} "
                    f"| {seconds_text(line['adrep_seconds'])} | {line['ratio']:.2f} × "
                    f"| {line['lowest']:.2f} to {line['highest']:.2f} × | {memory[0]} | {memory[1]} "
                    f"| {same[line['same_values']]} |")
    return "\n".join(rows + [""] + race_markdown(lines)).rstrip()


def race_markdown(lines):
    rows = []
    for line in (line for line in lines if "race" in line):
        rows += [f"| {line['row']} | median | 99th percentile | 200 together | first score | memory |", "|---|--:|--:|--:|--:|--:|"]
        for one in line["race"]:
            times = one["times_the_first"]
            cells = [f"{seconds_text(one[key])} ({times[key]:.2f} ×)"
                     for key in ("median", "percentile_99", "together", "first_score")]
            rows.append(" | ".join([f"| {one['name']}", *cells, f"{memory_text(one['peak_bytes'])} ({times['peak_bytes']:.2f} ×) |"]))
    return rows


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number}: at least 1")
    return number


def parsed(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path)
    parser.add_argument("--inputs", type=Path)
    parser.add_argument("--class", dest="photographs", type=Path)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--turns", type=positive, default=5)
    parser.add_argument("--only", default="", help="rows whose name has this part")
    parser.add_argument("--list", action="store_true")
    return parser.parse_args(words)


def main(words):
    arguments = parsed(words)
    rows = [row for row in ROWS if arguments.only in row.name]
    if arguments.list:
        print("\n".join(f"{row.name}: {', '.join(row.peers)}" for row in rows))
        return 0
    if not rows:
        sys.exit(f"compare_peers: --only {arguments.only}: no row's name has this part (see --list)")
    if not arguments.output.parent.is_dir():
        sys.exit(f"compare_peers: --output {arguments.output}: no such folder")
    comparison, lines, failed = Comparison(arguments), [], 0
    for place, row in enumerate(rows):
        print(f"compare_peers: [{place + 1}/{len(rows)}] {row.name}", file=sys.stderr, flush=True)
        try:
            lines += comparison.run(row)
        except Failed as problem:
            failed += 1
            print(f"compare_peers: error: {row.name}: {problem}", file=sys.stderr, flush=True)
        except Busy as problem:
            if lines:
                print(markdown(lines))
            sys.exit(f"compare_peers: error: {problem}; {arguments.output} is not written")
    print(markdown(lines))
    made = {"machine": machine(), "adrep": comparison.version, "threads": THREADS, "turns": arguments.turns, "rows": lines}
    temporary = arguments.output.with_suffix(".tmp")
    temporary.write_text(json.dumps(made, indent=1) + "\n")
    os.replace(temporary, arguments.output)
    print(f"compare_peers: {len(lines)} comparisons, {failed} failed: {arguments.output}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
