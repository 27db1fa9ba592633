"""Models, backbones and results against what the program gives for the same files."""
import json
import unittest
from pathlib import Path

import numpy as np

import adrep
from support import FolderTest, program

SMALL = {"train_per_class": 8, "normal_test_per_class": 2, "defects_per_type": 1, "size": 96}


class ModelTest(FolderTest):
    def setUp(self):
        super().setUp()
        self.assertTrue(adrep.demo_images(self.folder / "parts", **SMALL))
        self.assertFalse(adrep.demo_images(self.folder / "parts", **SMALL))
        self.good = self.folder / "parts/fabric/train/good"
        self.holes = self.folder / "parts/fabric/test/hole"

    def test_a_model_made_here_is_the_programs(self):
        model = adrep.fit(self.good, "feature_norm", image__crop=64, image__resize=64)
        model.save(self.folder / "ours.adrep")
        program("fit", f"data={self.good}", "detector=feature_norm", "image.crop=64", "image.resize=64", "-o",
                self.folder / "theirs.adrep")
        theirs = adrep.load(self.folder / "theirs.adrep")
        self.assertEqual(model.threshold, theirs.threshold)
        self.assertEqual((model.detector, model.backbone, model.side), ("feature_norm", "efficientnet_lite0", 64))
        self.assertIn("good", model.guarantee)
        lines = program("predict", self.folder / "ours.adrep", self.holes, "--format", "json").splitlines()
        ours = model.predict(self.holes)
        self.assertEqual(len(ours), len(lines))
        for one, line in zip(ours, map(json.loads, lines), strict=True):
            self.assertEqual(np.float32(one.score), np.float32(line["score"]))
            self.assertEqual(one.p_value, line["p_value"])
            self.assertEqual(len(one.regions), len(line["regions"]))
            self.assertEqual(one.map.shape, (64, 64))
        self.assertIn("decision", ours._repr_html_())

    def test_pixels_are_scored_as_their_file_is(self):
        model = adrep.fit(self.good, "feature_norm", image__crop=64, image__resize=64)
        file = sorted(self.holes.iterdir())[0]
        program("predict", self.saved(model), file, "--maps", self.folder / "maps")
        pixels = read_png(file)
        by_file = model.predict(str(file))[0]
        grey = np.ascontiguousarray(pixels[..., 0])
        for name, images, order in [
            ("one", pixels, "rgb"),
            ("a batch", pixels[None], "rgb"),
            ("a list", [pixels], "rgb"),
            ("bgr", pixels[..., ::-1], "bgr"),
            ("alpha", np.concatenate([pixels, pixels[..., :1]], axis=2), "rgb"),
        ]:
            with self.subTest(name):
                found = model.predict(images, order=order)
                self.assertEqual(len(found), 1)
                self.assertEqual(found[0].score, by_file.score)
                np.testing.assert_array_equal(found[0].map, by_file.map)
        self.assertEqual(model.predict(grey)[0].score, model.predict(np.stack([grey] * 3, axis=2))[0].score)
        maps = list((self.folder / "maps").rglob("*.npy"))
        np.testing.assert_array_equal(np.load(maps[0]), by_file.map)

    def saved(self, model):
        model.save(self.folder / "part.adrep")
        return self.folder / "part.adrep"

    def test_maps_outlive_their_model(self):
        model = adrep.fit(self.good, "feature_norm", image__crop=64, image__resize=64)
        maps = [one.map for one in model.predict(self.holes)]
        before = [one.copy() for one in maps]
        del model
        for _ in range(20):
            np.ones((64, 64), np.float32) * 7
        for one, copy in zip(maps, before, strict=True):
            np.testing.assert_array_equal(one, copy)

    def test_wrong_input_is_one_line(self):
        model = adrep.fit(self.good, "feature_norm", image__crop=64, image__resize=64)
        (self.folder / "empty.png").touch()
        for wrong, line in [
            (lambda: model.predict(self.folder / "nothing.png"), "nothing.png"),
            (lambda: model.predict(self.folder / "empty.png"), "empty.png"),
            (lambda: model.predict(np.zeros((3, 8, 8), np.float32)), "expected uint8"),
            (lambda: model.predict(np.zeros((3, 8, 8), np.uint8)), "shape"),
            (lambda: model.predict(np.zeros((8, 8, 3), np.uint8), order="rbg"), "order"),
            (lambda: adrep.fit(self.good, "patchcor"), "patchcore"),
            (lambda: adrep.fit(self.folder / "none"), "none"),
            (lambda: adrep.load(self.folder / "empty.png"), "empty.png"),
            (lambda: adrep.Backbone("efficientnet"), "unknown backbone 'efficientnet'"),
            (lambda: adrep.Backbone("resnet18", self.folder / "none.pth"), "none.pth"),
        ]:
            with self.subTest(line), self.assertRaisesRegex(adrep.InputError, line) as raised:
                wrong()
            self.assertNotIn("\n", str(raised.exception))

    def test_a_backbone_gives_levels_and_scales_pixels(self):
        backbone = adrep.Backbone("efficientnet_lite0")
        self.assertEqual(len(backbone.weights_sha256), 64)
        self.assertTrue(Path(backbone.weights_file).is_file())
        images = np.random.default_rng(0).integers(0, 256, (2, 64, 96, 3), np.uint8)
        batch = backbone.normalised(images)
        np.testing.assert_allclose(batch[1, 2, 3, 4], (images[1, 3, 4, 2] / 255 - 0.5) / 0.5, rtol=1e-6)
        levels = backbone(batch)
        self.assertEqual([level.shape[1:] for level in levels], backbone.shapes(64, 96))
        alone = backbone(batch[1:])
        for level, one in zip(levels, alone, strict=True):
            np.testing.assert_allclose(level[1], one[0], rtol=1e-4, atol=1e-5)
        with self.assertRaisesRegex(adrep.InputError, "float32"):
            backbone(batch.astype(np.float64))

    def test_results_are_the_programs_table(self):
        output = self.folder / "results"
        program("run", f"data={self.folder / 'parts'}", "detector=feature_norm", "features=raw,residual",
                "classes=fabric", "image.crop=64", "image.resize=64", f"output={output}", "cache=off")
        rows = adrep.results(output)
        program("results", "table", output, "--output", self.folder / "table.json")
        table = json.loads((self.folder / "table.json").read_text())
        expected = {
            (row["class"], row["features"]): row["metrics"] for row in table["rows"] if not row["is_mean"]
        }
        records = rows.to_dict("records") if hasattr(rows, "to_dict") else list(rows)
        self.assertEqual({(row["class"], row["features"]) for row in records}, set(expected))
        for row in records:
            for metric, value in expected[row["class"], row["features"]].items():
                self.assertEqual(row[metric], value)
        self.assertIn("<table", rows._repr_html_())


def read_png(file):
    """The pixels of an 8-bit RGB file of the demo, by Python's own zlib: [H, W, 3]."""
    import struct
    import zlib

    data = file.read_bytes()
    place, header, packed = 8, None, b""
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind, content = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            header = struct.unpack(">IIBB", content[:10])
        packed += content if kind == b"IDAT" else b""
        place += 12 + length
    width, height, depth, colour = header
    assert (depth, colour) == (8, 2), header
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + 3 * width).astype(int)
    pixels = np.zeros((height, width, 3), int)
    for y in range(height):
        for x in range(width):
            value = rows[y, 1 + 3 * x : 4 + 3 * x]
            left = pixels[y, x - 1] if x else np.zeros(3, int)
            above = pixels[y - 1, x] if y else np.zeros(3, int)
            corner = pixels[y - 1, x - 1] if x and y else np.zeros(3, int)
            near = np.stack([left, above, corner])
            distance = np.abs(left + above - corner - near)
            paeth = near[distance.argmin(axis=0), [0, 1, 2]]
            added = [0, left, above, (left + above) // 2, paeth][rows[y, 0]]
            pixels[y, x] = (value + added) % 256
    return np.ascontiguousarray(pixels.astype(np.uint8))


if __name__ == "__main__":
    unittest.main()
