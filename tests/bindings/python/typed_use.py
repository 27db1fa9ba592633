"""What a type checker sees of the package: scripts/check_wheel.sh runs mypy --strict on this file, nothing else does."""
from typing import assert_type

import numpy as np

import adrep

maps, masks = np.zeros((2, 4, 4), np.float32), np.zeros((2, 4, 4), np.bool_)
report = adrep.metrics.evaluate(maps, masks, protocol=["exact", "paper"], bootstrap=100, limits=[0.3, 0.05])
assert_type(report, adrep.metrics.Report)
assert_type(report["pro"], float | None)
assert_type(report.value("pro", "paper"), float | None)
assert_type(report.undefined, dict[str, str])
assert_type(report.intervals, dict[str, tuple[float, float]])
assert_type(adrep.metrics.explain(maps, masks).pro, dict[str, float | None])
assert_type(adrep.metrics.protocols(), list[str])

model = adrep.fit("photos/good", detector="padim")
assert_type(model, adrep.Model)
for prediction in adrep.load("part.adrep").predict(["photos/hole/1.png"]):
    assert_type(prediction.score, float)
    assert_type(prediction.is_defect, bool | None)
    assert_type(prediction.regions, list[adrep.Region])
    assert_type(prediction.map.dtype, np.dtype[np.float32])
assert_type(adrep.backbones(), list[str])

# each of these is a mistake that the checker finds; with --strict a comment that silences nothing is one itself
report.value()  # type: ignore[call-arg]
report["pro"] + 1  # type: ignore[operator]
adrep.load(3)  # type: ignore[arg-type]
adrep.set_threads("two")  # type: ignore[arg-type]
adrep.evaluate(maps, masks)  # type: ignore[attr-defined]
