"""Imports adrep beside torch, cv2, faiss, NumPy and scikit-learn in every order that differs for a linker, each in a
process of its own, with work in each library before the next is imported and after all are. Two OpenMP or BLAS
libraries in one process are the classic crash. All orders must give the same numbers.

import_orders.py [NUMBER]: so many orders, spread over all 720; default 60."""
import itertools
import subprocess
import sys

WORK = {
    "numpy": "np = __import__('numpy')\nsay(np.linalg.svd(square)[1].sum().round(6))",
    "torch": (
        "torch = __import__('torch')\n"
        "say(round(float((torch.ones(300, 300) @ torch.ones(300, 300)).sum()), 3))\n"
        "say(torch.linalg.svdvals(torch.from_numpy(square)).sum().numpy().round(6))\n"
        "say(tuple(torch.nn.Conv2d(3, 8, 3)(torch.zeros(2, 3, 40, 40)).shape))"
    ),
    "cv2": "cv2 = __import__('cv2')\nsay(cv2.resize(square, (40, 40)).sum().round(6), cv2.GaussianBlur(square, (5, 5), 0).sum().round(6))",
    "faiss": (
        "faiss = __import__('faiss')\nindex = faiss.IndexFlatL2(32)\nindex.add(points)\n"
        "say(index.search(points, 3)[1].sum())\nsay(faiss.Kmeans(32, 4, niter=3).train(points) >= 0)"
    ),
    "sklearn": (
        "from sklearn.cluster import KMeans\nfrom sklearn.metrics import roc_auc_score\n"
        "say(KMeans(3, n_init=1, random_state=0).fit(points).labels_.shape, roc_auc_score([0, 1, 0, 1], [1, 2, 3, 4]))"
    ),
    "adrep": (
        "adrep = __import__('adrep')\n"
        "say(adrep.metrics.evaluate(maps, masks)['pro'])\n"
        "say([float(abs(level).sum().round(1)) for level in adrep.Backbone('efficientnet_lite0')(images)])\n"
        "adrep.demo_images(folder, train_per_class=6, normal_test_per_class=1, defects_per_type=1, size=64)\n"
        "model = adrep.fit(folder + '/fabric/train/good', 'patchcore', patchcore__index='flat')\n"
        "say(round(model.predict(folder + '/fabric/test/hole')[0].score, 4))"
    ),
}
DATA = """
import tempfile
folder = tempfile.mkdtemp() + "/parts"
import numpy
draw = numpy.random.default_rng(0)
square, points = draw.normal(size=(200, 200)), draw.normal(size=(400, 32)).astype("float32")
maps = draw.normal(size=(4, 60, 60)).astype("float32")
masks = numpy.zeros(maps.shape, "uint8")
masks[1, 5:9, 5:9] = 1
images = draw.normal(size=(2, 3, 64, 64)).astype("float32")
said = []
def say(*values):
    said.append((name, *map(str, values)))
"""


def program(order):
    lines = []
    for name in order:
        lines.append(f"name = {name!r}\n{WORK[name]}")
    again = [f"name = {name!r}\n{WORK[name]}" for name in sorted(WORK)]
    # the first one comes before anything else, NumPy included, without which there are no data
    return f"import {order[0]}\n" + DATA + "\n".join(lines) + "\n" + "\n".join(again) + "\nprint(sorted(set(said)))\nprint(len(said))"


def main(number):
    orders = list(itertools.permutations(WORK))
    orders = orders[:: max(1, len(orders) // number)][:number]
    answers = {}
    for order in orders:
        done = subprocess.run([sys.executable, "-c", program(order)], capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            print(f"{', '.join(order)}: exit code {done.returncode}\n{done.stderr[-2000:]}")
            return 1
        answers.setdefault(done.stdout, []).append(order)
    for answer, by in answers.items():
        print(f"{len(by)} orders, for example {', '.join(by[0])}: {answer if len(answers) > 1 else 'all the same'}")
    return len(answers) > 1


sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
