"""adrep.metrics against the program, and against arrays that hold the same numbers otherwise."""
import types
import unittest

import numpy as np

import adrep
from support import FolderTest, maps_with_masks, program, program_json


def batch(maps, masks, scores=None, labels=None):
    """With the fields of anomalib's ImageBatch."""
    return types.SimpleNamespace(anomaly_map=maps, gt_mask=masks, pred_score=scores, gt_label=labels)


class MetricsTest(FolderTest):
    def saved(self, maps, masks):
        np.save(self.folder / "maps.npy", maps)
        np.save(self.folder / "masks.npy", masks)
        return str(self.folder / "maps.npy"), str(self.folder / "masks.npy")

    def test_all_values_are_the_programs_to_the_last_bit(self):
        for dtype in (np.float16, np.float32, np.float64):
            maps, masks = maps_with_masks(dtype=dtype)
            files = self.saved(maps, masks)
            theirs = program_json("metrics", *files, "protocol=exact,paper,glass,mvtec-100,adeval-200", "bootstrap=20")
            ours = adrep.metrics.evaluate(
                maps, masks, ["exact", "paper", "glass", "mvtec-100", "adeval-200"], bootstrap=20
            )
            self.assertEqual(ours.data, theirs)
            for format in ("text", "csv", "md", "tex", "html"):
                self.assertEqual(
                    ours.as_format(format),
                    program("metrics", *files, "protocol=exact,paper,glass,mvtec-100,adeval-200", "bootstrap=20",
                            "--format", format),
                )

    def test_given_image_scores_and_settings_are_the_programs(self):
        maps, masks = maps_with_masks()
        scores = np.arange(len(maps)) % 4
        np.save(self.folder / "scores.npy", scores)
        theirs = program_json("metrics", *self.saved(maps, masks), f"image_scores={self.folder / 'scores.npy'}",
                              "limits=0.3,0.01", "masks.threshold=127")
        ours = adrep.metrics.evaluate(maps, masks, image_scores=scores, limits=[0.3, 0.01], masks__threshold=127)
        self.assertEqual(list(ours.data["metrics"].items()), list(theirs["metrics"].items()))

    def test_explanations_are_the_programs(self):
        maps, masks = maps_with_masks()
        text = program("metrics", "explain", *self.saved(maps, masks), "protocol=exact,paper")
        ours = adrep.metrics.explain(maps, masks, ["exact", "paper"])
        self.assertEqual(str(ours).splitlines()[1:], text.splitlines()[1:])  # the first names the file
        steps = ours.data["protocols"]["paper"]["steps"]
        self.assertEqual(steps[-1]["value"], ours.pro["paper"])

    def test_every_shape_and_layout_gives_the_same(self):
        maps, masks = maps_with_masks()
        expected = adrep.metrics.evaluate(maps, masks).data
        reversed_maps = maps[::-1]
        for name, given, marked in [
            ("channels first", maps[:, None], masks[:, None]),
            ("channels last", maps[..., None], masks[..., None]),
            ("booleans", maps, masks > 0),
            ("int64", maps, (masks > 0).astype(np.int64)),
            ("Fortran order", np.asfortranarray(maps), np.asfortranarray(masks)),
            ("big-endian", maps.astype(">f4"), masks.astype(">u2")),
            ("negative strides", np.ascontiguousarray(reversed_maps)[::-1], masks),
            ("every other column", np.repeat(maps, 2, axis=2)[:, :, ::2], masks),
            ("read-only", readonly(maps), readonly(masks)),
            ("a list of images", list(maps), list(masks)),
            ("lists", maps.tolist(), masks.tolist()),
            ("batches", [maps[:2], maps[2:]], [masks[:2], masks[2:]]),
            ("a list of images and one array of masks", list(maps), masks),
            ("batches and one array of masks", [maps[:2], maps[2:]], np.asfortranarray(masks)),
            ("one array of maps and a list of masks", maps, list(masks)),
            ("anomalib's batches", [batch(maps[:4, None], masks[:4] > 0), batch(maps[4:, None], masks[4:] > 0)], None),
            ("one of anomalib's batches", batch(maps, masks > 0), None),
        ]:
            with self.subTest(name):
                self.assertEqual(adrep.metrics.evaluate(given, marked).data, expected)

    def test_batches_bring_scores_and_labels(self):
        maps, masks = maps_with_masks()
        labels = masks.any(axis=(1, 2))
        scores = np.linspace(0, 1, len(maps)).astype(np.float32)
        expected = adrep.metrics.evaluate(maps, masks, image_scores=scores, labels=labels)
        found = adrep.metrics.evaluate([batch(maps[:3], masks[:3] > 0, scores[:3], labels[:3]),
                                        batch(maps[3:], masks[3:] > 0, scores[3:], labels[3:])])
        self.assertEqual(found.data, expected.data)

    def test_arrays_are_not_copied_and_not_changed(self):
        maps, masks = maps_with_masks()
        before = maps.copy()
        self.assertIs(adrep._arrays.contiguous(maps, "maps"), maps)
        adrep.metrics.evaluate(maps, masks)
        np.testing.assert_array_equal(maps, before)

    def test_image_scores_alone_are_the_image_metrics(self):
        maps, masks = maps_with_masks(images=12)
        whole = adrep.metrics.evaluate(maps, masks)
        alone = adrep.metrics.evaluate(maps.max(axis=(1, 2)), masks.any(axis=(1, 2)))
        for name in ("image_auroc", "image_ap", "image_f1", "image_f1_threshold"):
            self.assertEqual(alone[name], whole[name])

    def test_what_is_not_defined_is_none_with_its_reason(self):
        maps, masks = maps_with_masks()
        report = adrep.metrics.evaluate(maps, masks * 0)
        self.assertIsNone(report["pro"])
        self.assertIn("pro", report.undefined)
        constant = adrep.metrics.evaluate(maps * 0, masks)
        self.assertEqual(constant["pixel_auroc"], 0.5)
        self.assertIn("undef", report._repr_html_())

    def test_wrong_input_is_one_line_of_the_programs(self):
        maps, masks = maps_with_masks()
        bad = maps.copy()
        bad[1, 2, 3] = np.nan
        files = self.saved(bad, masks)
        with self.assertRaises(adrep.InputError) as raised:
            adrep.metrics.evaluate(bad, masks)
        self.assertEqual(f"adrep: error: {raised.exception}\n", program("metrics", *files, code=2))
        for wrong, line in [
            (lambda: adrep.metrics.evaluate(maps, masks[:3]), "one mask for each map"),
            (lambda: adrep.metrics.evaluate(list(maps), masks[:3]), "6 and 1 arrays"),
            (lambda: adrep.metrics.evaluate(maps, [masks[0], None]), "1 and 2 arrays"),
            (lambda: adrep.metrics.evaluate(maps[:, :-1], masks), "mask 24x17"),
            (lambda: adrep.metrics.evaluate(maps), "masks: there are none"),
            (lambda: adrep.metrics.evaluate(maps.astype(complex), masks), "complex"),
            (lambda: adrep.metrics.evaluate(maps, masks, image_scores=[1.0]), "one for each"),
            (lambda: adrep.metrics.evaluate(maps, masks, bootsrap=3), "bootstrap"),
            (lambda: adrep.metrics.evaluate(maps, masks, output="x.csv"), "as_format"),
            (lambda: adrep.metrics.evaluate(maps, masks, labels=[0] * len(maps)), "labelled normal"),
            (lambda: adrep.metrics.evaluate(np.zeros((0, 2, 2)), np.zeros((0, 2, 2))), "empty"),
            (lambda: adrep.metrics.evaluate([], []), "maps: empty"),
            (lambda: adrep.metrics.evaluate(5, 5), "expected \\[N, H, W\\]"),
            (lambda: adrep.metrics.evaluate("maps.npy", "masks.npy"), "maps: 'maps.npy' is a path"),
            (lambda: adrep.metrics.evaluate([batch(None, masks)]), "anomaly_map"),
        ]:
            with self.subTest(line), self.assertRaisesRegex(ValueError, line) as raised:
                wrong()
            self.assertNotIn("\n", str(raised.exception))

    def test_tables_are_shown_in_notebooks(self):
        maps, masks = maps_with_masks()
        html = adrep.metrics.evaluate(maps, masks, ["exact", "paper"])._repr_html_()
        for text in ("<table>", "pixel_auroc", "<th>paper</th>", "anomalous_pixels"):
            self.assertIn(text, html)
        self.assertIn("adeval", adrep.metrics.explain(maps, masks)._repr_html_())


def readonly(array):
    copy = array.copy()
    copy.flags.writeable = False
    return copy


if __name__ == "__main__":
    unittest.main()
