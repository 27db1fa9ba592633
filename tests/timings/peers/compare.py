#!/usr/bin/env python3
"""adrep beside what users run today, in turns: see scripts/compare_peers.sh, which prepares everything and calls this.

    compare.py --bin BUILD/bin --inputs FOLDER --class CLASS --output FILE.json [--turns N] [--only PART] [--list]
"""
import argparse
import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

from comparison_table import lines_of, markdown
from contenders import THREADS, Failed, Server, Timing, WholeRun
from prediction_race import race_predictions
from turns import Busy, in_turns, machine, wait_for_calm


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
            return race_predictions(row, self.bin, self.inputs, self.photographs)
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
        except (Failed, subprocess.CalledProcessError) as problem:
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
