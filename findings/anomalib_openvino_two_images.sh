#!/usr/bin/env bash
# anomalib exports PatchCore to OpenVINO as a model of exactly two images, which its own inferencer cannot use.
#
# Versions: anomalib 2.7.0, torch 2.15.0, openvino 2026.4.1, onnx 1.23.2, onnxscript 0.7.2, Python 3.11.
# Expected: to_openvino() with default arguments names its first axis "batch_size", so the model takes any number of
#   images. It does for ReverseDistillation.
# Seen: the same call on PatchCore succeeds without an error, and the model takes two images, neither more nor fewer.
#   anomalib exports an example of two images; the exporter replaces the axis that was asked for by the example's size
#   instead of refusing. OpenVINOInferencer.predict gives the model one image and gets OpenVINO's RuntimeError. With
#   the first axis left out of dynamic_axes the model takes one image.
# Consequence: an export that ends well says nothing about the model: give it one image before it is deployed.
#
# Output on 2026-12-01:
#   ReverseDistillation, default: [?,3,?,?]
#   PatchCore, default: [2,3,?,?]
#   PatchCore, default, 1 image: RuntimeError
#   PatchCore, default, 2 images: 2 scores
#   PatchCore, default, 3 images: RuntimeError
#   PatchCore, default, OpenVINOInferencer.predict: RuntimeError
#   PatchCore, height and width alone: [1,3,?,?]
#   PatchCore, height and width alone, OpenVINOInferencer.predict: 1 score
#
# Installs about 7 GB of packages in a temporary folder, runs some minutes, and exits with 1 if the output is another.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 torchvision==0.29.2 anomalib==2.7.0 \
  timm==1.0.31 openvino==2026.4.1 onnx==1.23.2 onnxscript==0.7.2
cat >"$folder/export.py" <<'PYTHON'
import sys

import numpy as np
import openvino
import torch
from anomalib.deploy import OpenVINOInferencer
from anomalib.models import Patchcore, ReverseDistillation

folder = sys.argv[1]


def say(*words):
    print("SAID", *words)


def shape_of(file):
    return openvino.Core().read_model(file).input(0).partial_shape


def tried(action):
    try:
        count = len(action())
    except RuntimeError:
        return "RuntimeError"
    return f"{count} score{'s' if count != 1 else ''}"


def infer(file):
    image = np.full((256, 256, 3), 0.5, np.float32)
    return tried(lambda: np.atleast_1d(np.asarray(OpenVINOInferencer(file, device="CPU").predict(image).pred_score)))


torch.manual_seed(0)
file = ReverseDistillation(backbone="resnet18", pre_trained=False).to_openvino(f"{folder}/rd")
say("ReverseDistillation, default:", shape_of(file))

patchcore = Patchcore(backbone="resnet18", pre_trained=False)
patchcore.model.memory_bank = torch.rand(50, 384)  # what fit would put there
file = patchcore.to_openvino(f"{folder}/default")
say("PatchCore, default:", shape_of(file))
compiled = openvino.Core().compile_model(file, "CPU")
for count in (1, 2, 3):
    images = np.zeros((count, 3, 256, 256), np.float32)
    say(f"PatchCore, default, {count} image{'s' if count > 1 else ''}:", tried(lambda: compiled(images)[0]))
say("PatchCore, default, OpenVINOInferencer.predict:", infer(file))

sides = {"input": {2: "height", 3: "width"}}
file = patchcore.to_openvino(f"{folder}/sides", onnx_kwargs={"dynamic_axes": sides})
say("PatchCore, height and width alone:", shape_of(file))
say("PatchCore, height and width alone, OpenVINOInferencer.predict:", infer(file))
PYTHON
mkdir "$folder/work"
(cd "$folder/work" && "$folder/venv/bin/python" "$folder/export.py" "$folder/work") \
  >"$folder/all" 2>"$folder/errors" || { tail -n 20 "$folder/errors" >&2; exit 1; }
sed -n 's/^SAID //p' "$folder/all" | tee "$folder/seen"
sed -n '/^# Output on/,/^#$/s/^#   //p' "$0" | diff - "$folder/seen"
