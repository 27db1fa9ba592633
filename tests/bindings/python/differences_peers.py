"""The table of docs/python.md, "Coming from anomalib or torchmetrics", against the packages themselves.

Runs where tests/timings/peers/requirements.txt is installed beside adrep (scripts/check_wheel.sh --torch)."""
import unittest
import warnings

import numpy as np
import torch
from torchmetrics.classification import BinaryAUROC, BinaryAveragePrecision

import adrep

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from anomalib.data import ImageBatch
    from anomalib.metrics import AUPR, AUPRO, AUROC
    from anomalib.metrics.aupro import _AUPRO as bare_aupro

FLOAT32 = 1e-6  # both packages compute in float32


def image_scores(seed=0, count=200):
    """Scores in [0, 1] and labels that they predict in part."""
    draw = np.random.default_rng(seed)
    scores = draw.random(count).astype(np.float32)
    return scores, (draw.random(count) + scores > 1).astype(np.int64)


def maps_with_touching_regions(seed=0):
    """Score maps in [0, 1] and masks: on half of the images two regions, one of them two squares that touch at a corner."""
    draw = np.random.default_rng(seed)
    masks = np.zeros((8, 64, 64), np.uint8)
    masks[4:, 10:20, 10:20] = 1
    masks[4:, 20:26, 20:23] = 1
    masks[4:, 40:50, 30:33] = 1
    return (draw.random(masks.shape) * 0.6 + 0.3 * (masks > 0)).astype(np.float32), masks


def batch(maps, masks):
    marked = torch.from_numpy(masks > 0)
    return ImageBatch(
        image=torch.zeros(len(maps), 3, *maps.shape[1:]),
        anomaly_map=torch.from_numpy(maps),
        gt_mask=marked,
        gt_label=marked.flatten(1).any(1),
        pred_score=torch.from_numpy(maps).flatten(1).amax(1),
    )


def by_torchmetrics(metric, scores, labels, batches=1):
    for some, their in zip(np.array_split(scores, batches), np.array_split(labels, batches), strict=True):
        metric.update(torch.from_numpy(some), torch.from_numpy(their))
    return metric.compute().item()


def by_anomalib(kind, maps, masks, **settings):
    metric = kind(fields=["anomaly_map", "gt_mask"], **settings)
    metric.update(batch(maps, masks))
    return metric.compute().item()


def ours(scores, labels):
    return adrep.metrics.evaluate(scores, labels)


class ImageMetricsTest(unittest.TestCase):
    def test_in_0_to_1_values_are_the_same(self):
        scores, labels = image_scores()
        for given in (scores, np.round(scores, 1)):
            report = ours(given, labels)
            self.assertAlmostEqual(by_torchmetrics(BinaryAUROC(), given, labels), report["image_auroc"], delta=FLOAT32)
            ap = by_torchmetrics(BinaryAveragePrecision(), given, labels)
            self.assertAlmostEqual(ap, report["image_ap"], delta=FLOAT32)

    def test_outside_torchmetrics_puts_all_through_a_sigmoid_and_large_scores_tie(self):
        scores, labels = image_scores()
        self.assertEqual(ours(scores * 40, labels)["image_auroc"], ours(scores, labels)["image_auroc"])
        self.assertLess(by_torchmetrics(BinaryAUROC(), scores * 40, labels), ours(scores, labels)["image_auroc"] - 0.05)

    def test_outside_torchmetrics_decides_batch_by_batch(self):
        scores, labels = image_scores()
        shifted = scores * 4 - 1
        known = ours(shifted, labels)["image_auroc"]
        self.assertAlmostEqual(by_torchmetrics(BinaryAUROC(), shifted, labels), known, delta=FLOAT32)
        self.assertLess(by_torchmetrics(BinaryAUROC(), shifted, labels, batches=200), known - 0.005)

    def test_thresholds_of_torchmetrics_are_an_approximation(self):
        scores, labels = image_scores()
        known = ours(scores, labels)["image_auroc"]
        errors = [abs(by_torchmetrics(BinaryAUROC(thresholds=n), scores, labels) - known) for n in (5, 20, 200)]
        self.assertEqual(errors, sorted(errors, reverse=True))
        self.assertGreater(errors[0], 0.02)
        self.assertGreater(errors[2], 1e-5)

    def test_one_kind_of_image_is_a_number_there_and_undefined_here(self):
        scores, labels = image_scores()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for label, auroc, ap in ((0, 0.0, 0.0), (1, 0.0, 1.0)):
                same = np.full_like(labels, label)
                self.assertEqual(by_torchmetrics(BinaryAUROC(), scores, same), auroc)
                self.assertEqual(by_torchmetrics(BinaryAveragePrecision(), scores, same), ap)
                self.assertIsNone(ours(scores, same)["image_auroc"])
                self.assertIn("image_ap", ours(scores, same).undefined)


class MapMetricsTest(unittest.TestCase):
    def test_in_0_to_1_values_are_the_same(self):
        maps, masks = maps_with_touching_regions()
        for given in (maps, np.round(maps, 1)):
            report = adrep.metrics.evaluate(given, masks, limits=[0.3, 0.05, 1.0])
            for name, value in (
                ("pixel_auroc", by_anomalib(AUROC, given, masks)),
                ("pixel_ap", by_anomalib(AUPR, given, masks)),
                ("pro", by_anomalib(AUPRO, given, masks)),
                ("pro_0_05", by_anomalib(AUPRO, given, masks, fpr_limit=0.05)),
                ("pro_1_00", by_anomalib(AUPRO, given, masks, fpr_limit=1.0)),
            ):
                self.assertAlmostEqual(value, report[name], delta=FLOAT32, msg=name)

    def test_squares_that_touch_at_a_corner_are_one_region_in_both(self):
        maps, masks = maps_with_touching_regions()
        apart = masks.copy()
        apart[4:, 20:26, 20:23] = 0
        apart[4:, 22:28, 22:25] = 1
        for given in (masks, apart):
            known = adrep.metrics.evaluate(maps, given)["pro"]
            self.assertAlmostEqual(by_anomalib(AUPRO, maps, given), known, delta=FLOAT32)

    def test_outside_0_to_1_anomalibs_auroc_and_aupr_change_and_aupro_does_not(self):
        maps, masks = maps_with_touching_regions()
        report, far = adrep.metrics.evaluate(maps, masks), maps * 30
        again = adrep.metrics.evaluate(far, masks)
        for name in ("pixel_auroc", "pro", "pixel_ap"):
            self.assertEqual(again[name], report[name])
        self.assertLess(by_anomalib(AUROC, far, masks), report["pixel_auroc"] - 0.01)
        self.assertLess(by_anomalib(AUPR, far, masks), report["pixel_ap"] / 2)
        self.assertAlmostEqual(by_anomalib(AUPRO, far, masks), report["pro"], delta=FLOAT32)

    def test_constant_maps(self):
        maps, masks = maps_with_touching_regions()
        constant = np.full_like(maps, 0.5)
        report = adrep.metrics.evaluate(constant, masks)
        self.assertEqual(report["pixel_auroc"], 0.5)
        self.assertAlmostEqual(report["pro"], 0.15, delta=1e-12)
        self.assertEqual(by_anomalib(AUROC, constant, masks), 0.5)
        self.assertAlmostEqual(by_anomalib(AUPRO, constant, masks), 0.15, delta=FLOAT32)

    def test_without_a_region_anomalibs_aupro_is_0_and_ours_undefined(self):
        maps, masks = maps_with_touching_regions()
        report = adrep.metrics.evaluate(maps, masks * 0)
        self.assertEqual((report["pro"], report.undefined["pro"]), (None, "no anomalous pixel"))
        self.assertEqual(by_anomalib(AUPRO, maps, masks * 0), 0)

    def test_masks_of_255_are_taken_here_alone(self):
        maps, masks = maps_with_touching_regions()
        self.assertEqual(adrep.metrics.evaluate(maps, masks * 255)["pro"], adrep.metrics.evaluate(maps, masks)["pro"])
        metric = bare_aupro()
        metric.update(torch.from_numpy(maps), torch.from_numpy(masks * 255))
        with self.assertRaisesRegex(ValueError, "interval"):
            metric.compute()

    def test_batches_of_anomalib_are_taken(self):
        maps, masks = maps_with_touching_regions()
        taken = adrep.metrics.evaluate([batch(maps[:3], masks[:3]), batch(maps[3:], masks[3:])])
        self.assertEqual(dict(taken), dict(adrep.metrics.evaluate(maps, masks)))


if __name__ == "__main__":
    unittest.main()
