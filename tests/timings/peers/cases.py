"""What users run today, one case a function: it reads its input, prepares, and returns a call that gives a value.

Every case runs in a process of its own (serve.py). None downloads anything: backbones have random weights."""
import os

CASES = {}


def case(name, package):
    """package: the one whose version is reported."""
    def add(function):
        CASES[name] = (package, function)
        return function
    return add


def tensors(folder, name):
    from safetensors.torch import load_file
    return load_file(os.path.join(folder, f"{name}.safetensors"))


def arrays(folder, name):
    from safetensors.numpy import load_file
    return load_file(os.path.join(folder, f"{name}.safetensors"))


# metrics

@case("image_auroc/scikit-learn", "scikit-learn")
def _(inputs, _):
    from sklearn.metrics import roc_auc_score
    given = arrays(inputs, "metrics")
    return lambda: roc_auc_score(given["image_labels"], given["image_scores"])


def pixels(inputs):
    given = arrays(inputs, "metrics")
    return given["masks"].ravel(), given["maps"].ravel()


@case("pixel_auroc/scikit-learn", "scikit-learn")
def _(inputs, _):
    from sklearn.metrics import roc_auc_score
    labels, scores = pixels(inputs)
    return lambda: roc_auc_score(labels, scores)


@case("pixel_ap/scikit-learn", "scikit-learn")
def _(inputs, _):
    from sklearn.metrics import average_precision_score
    labels, scores = pixels(inputs)
    return lambda: average_precision_score(labels, scores)


def by_anomalib(inputs, kind):
    from types import SimpleNamespace
    given = tensors(inputs, "metrics")
    batches = [SimpleNamespace(anomaly_map=maps, gt_mask=masks)
               for maps, masks in zip(given["maps"].split(32), given["masks"].int().split(32), strict=True)]

    def compute():
        metric = kind(fields=["anomaly_map", "gt_mask"])
        for batch in batches:
            metric.update(batch)
        return metric.compute().item()
    return compute


@case("pixel_auroc/anomalib", "anomalib")
def _(inputs, _):
    from anomalib.metrics import AUROC
    return by_anomalib(inputs, AUROC)


@case("pro/anomalib", "anomalib")
def _(inputs, _):
    from anomalib.metrics import AUPRO
    return by_anomalib(inputs, AUPRO)


@case("pro/adeval", "adeval")
def _(inputs, _):
    import numpy as np
    np.trapz = np.trapezoid  # a name that NumPy no longer has
    from adeval import EvalAccumulator
    given = arrays(inputs, "metrics")
    low, high = float(given["maps"].min()), float(given["maps"].max())

    def compute():
        found = EvalAccumulator(low, high, low, high)
        for scores, mask in zip(given["maps"], given["masks"], strict=True):
            found.add_anomap(scores, mask)
            found.add_image(float(scores.max()), int(mask.max()))
        return found.summary()["p_aupro"]
    return compute


def threshold_loop(inputs, label_once):
    """The loop of published evaluation code: 200 thresholds, all regions at each, the rate rescaled to [0, 1]."""
    import numpy as np
    from skimage.measure import label, regionprops
    from sklearn.metrics import auc
    given = arrays(inputs, "metrics")
    maps, masks = given["maps"], given["masks"]
    normal = masks == 0

    def regions_of(mask):
        return [region.coords.T for region in regionprops(label(mask))]

    def compute():
        known = [regions_of(mask) for mask in masks] if label_once else None
        rates, overlaps = [], []
        for threshold in np.linspace(maps.min(), maps.max(), 200, endpoint=False):
            above = maps > threshold
            overlap = [above[i][tuple(region)].mean() for i, mask in enumerate(masks)
                       for region in (known[i] if label_once else regions_of(mask))]
            overlaps.append(np.mean(overlap))
            rates.append((above & normal).sum() / normal.sum())
        rates, overlaps = np.array(rates), np.array(overlaps)
        kept = rates < 0.3
        rates = rates[kept]
        return auc((rates - rates.min()) / (rates.max() - rates.min()), overlaps[kept])
    return compute


@case("pro/loop", "scikit-image")
def _(inputs, _):
    return threshold_loop(inputs, label_once=False)


@case("pro/loop, regions labelled once", "scikit-image")
def _(inputs, _):
    return threshold_loop(inputs, label_once=True)


# detectors

@case("coreset/anomalib", "anomalib")
def _(inputs, _):
    import torch
    from anomalib.models.components import KCenterGreedy
    from anomalib_predict import buffer_differences
    buffer_differences()
    patches = tensors(inputs, "coreset")["patches"]

    def farthest(chosen):
        return max(torch.cdist(part, patches[chosen]).min(1).values.max().item() for part in patches.split(2048))

    def select():
        select.chosen = KCenterGreedy(patches, 0.1).select_coreset_idxs()
        return len(select.chosen)
    select.value = lambda: farthest(select.chosen)
    return select


def rows_of(inputs, file):
    given = arrays(inputs, file)
    return given["bank"], given["queries"]


def by_faiss(inputs, file, k):
    import faiss
    import numpy as np
    faiss.omp_set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    bank, queries = rows_of(inputs, file)
    index = faiss.IndexFlatL2(bank.shape[1])
    index.add(bank)
    return lambda: float(np.sqrt(np.maximum(index.search(queries, k)[0], 0)).mean())


for _file in ("knn", "real_patches"):
    for _k in (1, 9):
        case(f"{_file}_k{_k}/faiss", "faiss-cpu")(lambda inputs, _, file=_file, k=_k: by_faiss(inputs, file, k))


@case("knn_k1/torch", "torch")
def _(inputs, _):
    import torch
    bank, queries = (torch.from_numpy(rows) for rows in rows_of(inputs, "knn"))
    return lambda: torch.cdist(queries, bank).min(1).values.mean().item()


def flow(inputs):
    import FrEIA.framework as framework
    import FrEIA.modules as modules
    import numpy as np
    import torch
    np.random.seed(0)  # of the permutations
    given = tensors(inputs, "cflow")
    x, condition = given["input"], given["condition"]

    def subnet(width, outputs):
        return torch.nn.Sequential(torch.nn.Linear(width, 2 * width), torch.nn.ReLU(), torch.nn.Linear(2 * width, outputs))
    net = framework.SequenceINN(x.shape[1])
    for _ in range(8):
        net.append(modules.AllInOneBlock, cond=0, cond_shape=(condition.shape[1],), subnet_constructor=subnet,
                   affine_clamping=1.9, global_affine_type="SOFTPLUS", permute_soft=True)

    def loss():
        z, log_determinant = net(x, [condition])
        likelihood = -0.9189385332046727 * x.shape[1] - 0.5 * z.square().sum(1) + log_determinant
        return -torch.nn.functional.logsigmoid(likelihood / x.shape[1]).mean()
    return net, loss


@case("cflow_forward/FrEIA", "FrEIA")
def _(inputs, _):
    import torch
    _, loss = flow(inputs)

    def forward():
        with torch.no_grad():
            return loss().item()
    return forward


@case("cflow_step/FrEIA", "FrEIA")
def _(inputs, _):
    import torch
    net, loss = flow(inputs)
    optimiser = torch.optim.Adam(net.parameters(), lr=2e-4)

    def step():
        optimiser.zero_grad()
        value = loss()
        value.backward()
        optimiser.step()
        return value.item()
    return step


@case("glass_step/anomalib", "anomalib")
def _(inputs, _):
    """On given features: the backbone takes no part, as on adrep's side."""
    from types import SimpleNamespace
    import torch
    from anomalib.models.image.glass.torch_model import GlassModel
    given = tensors(inputs, "glass")
    normal, side = given["normal"], 28
    images = torch.zeros(normal.shape[0] // side**2, 3, 8 * side, 8 * side)
    model = GlassModel(input_shape=(8 * side, 8 * side), pre_trained=False)
    model.pre_trained = True  # this flag alone decides whether the backbone is trained
    model.forward_modules["feature_aggregator"].requires_grad_(False)
    model.generate_embeddings = lambda *_, **__: (normal, [(side, side)])
    model.calculate_center([SimpleNamespace(image=images)], torch.device("cpu"))
    model.train()
    optimisers = [torch.optim.AdamW(model.discriminator.parameters(), lr=2e-4),
                  torch.optim.Adam(model.projection.parameters(), lr=1e-4, weight_decay=1e-5)]

    def step():
        for optimiser in optimisers:
            optimiser.zero_grad()
        loss = model(images)[-1]
        loss.backward()
        for optimiser in optimisers:
            optimiser.step()
        return loss.item()
    return step


# images, backbones, a whole class

class Photographs:
    """Decoded, resized to 224, cut and normalised, by Pillow and torchvision."""

    def __init__(self, folder):
        from pathlib import Path
        import torchvision.transforms as transforms
        files = (file for file in Path(folder).rglob("*") if file.suffix in (".jpg", ".png"))
        self.files = sorted(file for file in files if "ground_truth" not in file.parts)
        self.transform = transforms.Compose([
            transforms.Resize(224, transforms.InterpolationMode.BICUBIC), transforms.CenterCrop(224),
            transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])

    def __len__(self):
        return len(self.files)

    def __getitem__(self, place):
        from PIL import Image
        return self.transform(Image.open(self.files[place]).convert("RGB"))


@case("images/torchvision", "torchvision")
def _(_, photographs):
    import torch
    torch.set_num_threads(1)
    images = Photographs(photographs)
    return lambda: sum(float(images[i].mean()) for i in range(len(images))) / len(images)


@case("images/torchvision, 2 workers", "torchvision")
def _(_, photographs):
    import torch
    images = Photographs(photographs)
    loader = torch.utils.data.DataLoader(images, batch_size=8, num_workers=2)
    return lambda: sum(float(batch.mean()) * len(batch) for batch in loader) / len(images)


def backbone(name, batch):
    def prepare(inputs, _):
        import timm_backbones
        return timm_backbones.prepared(inputs, name, batch)
    return prepare


for _name in ("efficientnet_lite0", "resnet18", "resnet50", "wide_resnet50_2", "dinov2_small", "dinov2_base"):
    for _batch in (1, 8):
        case(f"{_name}/batch{_batch}/timm", "timm")(backbone(_name, _batch))


def whole_class(name, **options):
    def prepare(_, photographs):
        import tempfile
        import anomalib.models as models
        from anomalib.engine import Engine
        import anomalib_predict
        anomalib_predict.buffer_differences()
        kind = getattr(models, name)

        def run():
            data = anomalib_predict.photographs(photographs, workers=2)
            model = kind(pre_trained=False, pre_processor=kind.configure_pre_processor(image_size=(224, 224)),
                         backbone="resnet18", **options)
            with tempfile.TemporaryDirectory() as folder:
                engine = Engine(accelerator="cpu", devices=1, default_root_dir=folder, logger=False)
                engine.fit(model=model, datamodule=data)
                return float(engine.test(model=model, datamodule=data)[0]["image_AUROC"])
        return run
    return prepare


case("class_padim/anomalib", "anomalib")(whole_class("Padim", n_features=100))
case("class_patchcore/anomalib", "anomalib")(whole_class("Patchcore", coreset_sampling_ratio=0.1))
