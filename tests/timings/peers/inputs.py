"""What both sides of scripts/compare_peers.sh read: seeded tensors in safetensors files, of the size of one class of
MVTec AD (209 training and 83 test images, maps of 224 x 224, 16 x 16 patches)."""
import os

import numpy as np
from safetensors.numpy import load_file, save_file
from scipy.ndimage import gaussian_filter

IMAGES, TEST_IMAGES, SIDE, CHANNELS, GRID = 209, 83, 224, 768, 16
PATCH, PROJECTED = 1024, 128


def drawn(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def metrics(seed=11):
    """Smooth maps in which two of three images have blobs, most of them higher than what is around them."""
    draw = np.random.default_rng(seed)
    rows, columns = np.ogrid[:SIDE, :SIDE]
    maps = np.empty((TEST_IMAGES, SIDE, SIDE), np.float32)
    masks = np.zeros(maps.shape, np.uint8)
    for image in range(TEST_IMAGES):
        maps[image] = 15 * gaussian_filter(draw.standard_normal((SIDE, SIDE)), 4)
        for _ in range(image % 3 and draw.integers(1, 4)):
            top, left, height, width = (*draw.integers(25, SIDE - 25, 2), *draw.integers(4, 24, 2))
            blob = ((rows - top) / height) ** 2 + ((columns - left) / width) ** 2 <= 1
            masks[image] |= blob
            maps[image] += gaussian_filter(blob.astype(np.float32), 4) * np.float32(draw.uniform(0.2, 2.5))
    return {"maps": maps, "masks": masks, "image_scores": maps.max((1, 2)), "image_labels": masks.max((1, 2))}


def coreset(patches):
    return {"patches": patches, "projected": patches @ (drawn(13, PATCH, PROJECTED) / np.float32(PROJECTED**0.5))}


def write_all(folder):
    """All but the real patches (adrep_real_patches) and the backbones' weights (timm_backbones.py)."""
    def write(name, tensors):
        os.makedirs(os.path.dirname(os.path.join(folder, name)) or ".", exist_ok=True)
        kept = {key: np.ascontiguousarray(value) for key, value in tensors.items()}
        save_file(kept, os.path.join(folder, f"{name}.safetensors"))

    write("metrics", metrics())
    write("padim", {"train": drawn(21, IMAGES, CHANNELS, GRID, GRID), "test": drawn(22, TEST_IMAGES, CHANNELS, GRID, GRID)})
    write("coreset", coreset(drawn(31, 10000, PATCH)))
    write("knn", {"bank": drawn(41, 5350, PATCH), "queries": drawn(42, TEST_IMAGES * GRID * GRID, PATCH)})
    write("cflow", {"input": drawn(51, 4096, CHANNELS), "condition": np.repeat(drawn(52, GRID * GRID, 128), 16, axis=0)})
    write("glass", {"normal": drawn(61, 8 * 28 * 28, 1536), "drawn": drawn(62, 8 * 28 * 28, 1536)})
    real = load_file(os.path.join(folder, "real_patches.safetensors"))
    write("real/coreset", coreset(real["queries"][:10000]))
