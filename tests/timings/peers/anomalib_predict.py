#!/usr/bin/env python3
"""anomalib's PatchCore as it is deployed: a contender of adrep bench predict.

    anomalib_predict.py fit CLASS FOLDER [--weights FILE]      CLASS: one class in the MVTec AD layout
    anomalib_predict.py torch FOLDER                           TorchInferencer
    anomalib_predict.py openvino FOLDER [--precision f32]      OpenVINOInferencer

fit writes FOLDER/weights/torch/model.pt and FOLDER/weights/openvino/model.xml. The others read paths of images, one a
line, and answer each with one line of JSON as soon as they have its score and its map, which stays in memory. fit and
torch need TRUST_REMOTE_CODE=1. README.md says how the two programs are made comparable.
"""
import argparse
import json
import os
import sys
import time

BACKBONE = "tf_efficientnet_lite0"
LAYERS = ["blocks.2", "blocks.4", "blocks.6"]  # strides 8, 16 and 32; 40, 112 and 320 channels
SIDE = 224
CORESET_RATIO = 0.1
SEED = 0
THREADS = int(os.environ.get("OMP_NUM_THREADS", "2"))


def timm_names(official):
    """The tensors of the official file under timm's names: both list the same tensors in the same order."""
    import timm
    expected = timm.create_model(BACKBONE, pretrained=False).state_dict()
    pairs = list(zip(expected.items(), official.items(), strict=True))
    for (name, tensor), (other, given) in pairs:
        if tensor.shape != given.shape:
            sys.exit(f"anomalib_predict: {other} does not have the shape of {name}")
    return {name: given for (name, _), (_, given) in pairs}


def load_backbone(model, file):
    import torch
    weights = timm_names(torch.load(file, map_location="cpu", weights_only=True))
    backbone = model.model.feature_extractor.feature_extractor
    backbone.load_state_dict({name: weights[name] for name in backbone.state_dict()})


def buffer_differences():
    """One buffer for what the coreset's selection allocates anew for every row, which may fill the machine's memory."""
    import torch
    from anomalib.models.components import KCenterGreedy

    def update_distances(self, cluster_center):
        if self.min_distances is None:
            self.buffer = torch.empty_like(self.features)
        torch.sub(self.features, self.features[cluster_center], out=self.buffer)
        distances = torch.linalg.norm(self.buffer, ord=2, dim=1, keepdim=True)
        self.min_distances = distances if self.min_distances is None else torch.minimum(self.min_distances, distances)
    KCenterGreedy.update_distances = update_distances


def photographs(root, workers=0):
    from anomalib.data import Folder
    defects = sorted(name for name in os.listdir(os.path.join(root, "test")) if name != "good")
    return Folder(name="class", root=root, normal_dir="train/good", normal_test_dir="test/good",
                  abnormal_dir=[f"test/{name}" for name in defects],
                  mask_dir=[f"ground_truth/{name}" for name in defects], val_split_mode="same_as_test",
                  train_batch_size=8, eval_batch_size=8, num_workers=workers)


def fit(arguments):
    import torch
    from anomalib.engine import Engine
    from anomalib.models import Patchcore
    from anomalib.pre_processing import PreProcessor
    from torchvision.transforms.v2 import Compose, Normalize, Resize
    torch.set_num_threads(THREADS)
    torch.manual_seed(SEED)
    buffer_differences()
    half = [0.5] * 3  # of this backbone's training
    transform = Compose([Resize((SIDE, SIDE), antialias=True), Normalize(mean=half, std=half)])
    model = Patchcore(backbone=BACKBONE, layers=LAYERS, pre_trained=False, coreset_sampling_ratio=CORESET_RATIO,
                      pre_processor=PreProcessor(transform=transform), visualizer=False)
    if arguments.weights:
        load_backbone(model, arguments.weights)
    engine = Engine(accelerator="cpu", devices=1, default_root_dir=os.path.join(arguments.folder, "run"), logger=False)
    data = photographs(arguments.class_folder)
    start = time.perf_counter()
    engine.fit(model=model, datamodule=data)
    seconds = time.perf_counter() - start
    metrics = engine.test(model=model, datamodule=data)[0]
    model.to_torch(arguments.folder)
    # one image of any size, which the model resizes; the default axes make it a model of two images at a time
    sides = {"input": {2: "height", 3: "width"}}
    model.to_openvino(arguments.folder, onnx_kwargs={"opset_version": 18, "dynamic_axes": sides})
    line = {"fit_seconds": round(seconds, 2), "bank": list(model.model.memory_bank.shape)}
    print(json.dumps(line | {name: float(value) for name, value in metrics.items()}))


def torch_inferencer(arguments):
    import torch
    from anomalib.deploy import TorchInferencer
    torch.set_num_threads(THREADS)
    return TorchInferencer(path=os.path.join(arguments.folder, "weights/torch/model.pt"), device="cpu")


def openvino_inferencer(arguments):
    os.chdir(arguments.folder)  # it keeps its compiled model in the folder that it runs in
    import torch
    from anomalib.deploy import OpenVINOInferencer
    torch.set_num_threads(THREADS)
    config = {"INFERENCE_NUM_THREADS": THREADS}
    if arguments.precision:
        config["INFERENCE_PRECISION_HINT"] = arguments.precision
    return OpenVINOInferencer(path="weights/openvino/model.xml", device="CPU", config=config)


def answer(inferencer, start, answers):
    """Paths of images on standard input, relative ones from the folder `start`; one answer a line."""
    for line in sys.stdin:
        path = line.rstrip("\n")
        prediction = inferencer.predict(os.path.join(start, path))
        if prediction.anomaly_map.shape[-2:] != (SIDE, SIDE):
            sys.exit(f"anomalib_predict: {path}: a map of {tuple(prediction.anomaly_map.shape)}")
        print(json.dumps({"image": path, "score": float(prediction.pred_score.squeeze())}), file=answers, flush=True)


def serve(arguments, load):
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no answer
    start = os.getcwd()
    answer(load(arguments), start, answers)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    modes = parser.add_subparsers(dest="mode", required=True)
    fitted = modes.add_parser("fit")
    fitted.add_argument("class_folder", metavar="CLASS")
    fitted.add_argument("--weights", help="adrep's file of EfficientNet-Lite0; without it the weights are random")
    fitted.set_defaults(run=fit)
    deployed = modes.add_parser("torch")
    deployed.set_defaults(run=lambda arguments: serve(arguments, torch_inferencer))
    compiled = modes.add_parser("openvino")
    compiled.add_argument("--precision", help="INFERENCE_PRECISION_HINT; without it bf16 where the CPU has it")
    compiled.set_defaults(run=lambda arguments: serve(arguments, openvino_inferencer))
    for mode in (fitted, deployed, compiled):
        mode.add_argument("folder", metavar="FOLDER")
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
