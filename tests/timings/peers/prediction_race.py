"""The row of compare.py that adrep bench predict measures."""
import json
import os
import subprocess
import sys
from pathlib import Path

from contenders import ENVIRONMENT, HERE, THREADS, Failed
from turns import wait_for_calm


def without_places(race):
    """What another machine's reader can use: no commands, no folders, no single times."""
    kept = ("name", "median", "percentile_99", "together", "first_score", "peak_bytes", "times_the_first")
    return [{key: one[key] for key in kept} for one in race["contenders"]]


def race_predictions(row, program_folder, inputs, photographs):
    """One photograph at a time, beside anomalib's PatchCore, by adrep bench predict, which takes turns itself."""
    python, script = sys.executable, HERE / "anomalib_predict.py"
    environment = {**ENVIRONMENT, "TRUST_REMOTE_CODE": "1"}
    name = "efficientnet-lite0-57934424.pth"
    weights = next((path for folder in os.environ["ADREP_WEIGHTS"].split(":") if (path := Path(folder) / name).exists()), None)
    if weights is None:
        raise Failed(f"no {name} in ADREP_WEIGHTS={os.environ['ADREP_WEIGHTS']}: scripts/setup.sh brings it")
    other, model = inputs / "anomalib", inputs / "part.adrep"
    quiet = {"check": True, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if not (other / "weights/openvino/model.xml").exists():
        subprocess.run([python, script, "fit", photographs, other, "--weights", weights], **quiet)
    model.unlink(missing_ok=True)
    subprocess.run([program_folder / "adrep", "fit", f"data={photographs}/train/good", "backbone=efficientnet_lite0",
                    "detector=patchcore", "image.resize=224", "image.crop=224", "-o", model], **quiet)
    peers = {"torch": "torch {}", "openvino": "openvino {}", "openvino-f32": "openvino {} --precision f32"}
    words = [f"{name}={python} {script} {peers[name].format(other)}" for name in row.peers]
    command = [program_folder / "adrep", "bench", "predict", model, photographs / "test", "--threads", str(THREADS),
               "--empty", program_folder / "adrep_empty_program", "--format", "json"]
    for word in words:
        command += ["--peer", word]
    wait_for_calm()
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise Failed(f"adrep bench predict: {done.stderr.strip()[-300:]}")
    return [{"row": row.name, "race": without_places(json.loads(done.stdout))}]
