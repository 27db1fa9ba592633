"""Tensors of torch: taken without copies, refused where that cannot be, and given back as tensors."""
import types
import unittest

import numpy as np
import torch

import adrep
from support import maps_with_masks


class TensorsTest(unittest.TestCase):
    def test_tensors_give_what_their_arrays_give(self):
        maps, masks = maps_with_masks()
        expected = adrep.metrics.evaluate(maps, masks).data
        marked = torch.from_numpy(masks)
        tensor = torch.from_numpy(maps)
        for name, given in [
            ("plain", tensor),
            ("with gradients", tensor.clone().requires_grad_()),
            ("channels", tensor[:, None]),
            ("transposed", tensor.transpose(1, 2).contiguous().transpose(1, 2)),
            ("a list", list(tensor)),
        ]:
            with self.subTest(name):
                self.assertEqual(adrep.metrics.evaluate(given, marked > 0).data, expected)
        half = tensor.to(torch.bfloat16)
        self.assertEqual(
            adrep.metrics.evaluate(half, marked)["pro"], adrep.metrics.evaluate(half.float(), marked)["pro"]
        )
        batches = [types.SimpleNamespace(anomaly_map=tensor[:, None], gt_mask=marked > 0,
                                         pred_score=tensor.amax(dim=(1, 2)), gt_label=marked.amax(dim=(1, 2)) > 0)]
        self.assertEqual(adrep.metrics.evaluate(batches)["pro"], adrep.metrics.evaluate(maps, masks)["pro"])

    def test_a_tensor_elsewhere_is_refused_in_one_line(self):
        with self.assertRaisesRegex(adrep.InputError, "maps: on meta: move it to the CPU"):
            adrep.metrics.evaluate(torch.zeros(2, 4, 4, device="meta"), np.zeros((2, 4, 4)))

    def test_a_contiguous_tensor_is_not_copied(self):
        tensor = torch.zeros(2, 3, 4)
        self.assertEqual(adrep._arrays.contiguous(tensor, "maps").data_ptr(), tensor.data_ptr())

    def test_a_backbone_gives_tensors_for_tensors(self):
        backbone = adrep.Backbone("efficientnet_lite0")
        images = torch.from_numpy(np.random.default_rng(0).normal(size=(2, 3, 64, 64)).astype(np.float32))
        levels = backbone(images)
        self.assertTrue(all(isinstance(level, torch.Tensor) for level in levels))
        for level, array in zip(levels, backbone(images.numpy()), strict=True):
            np.testing.assert_array_equal(level.numpy(), array)

    def test_torch_computes_after_adrep_has(self):
        adrep.metrics.evaluate(*maps_with_masks())
        weight = torch.ones(3, requires_grad=True)
        (weight * 2).sum().backward()
        self.assertEqual(weight.grad.tolist(), [2, 2, 2])


if __name__ == "__main__":
    unittest.main()
