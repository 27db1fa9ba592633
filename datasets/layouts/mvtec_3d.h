#pragma once
#include "datasets/dataset.h"

/// Layout "mvtec_3d": the colour images of MVTec 3D-AD (protocol §2):
///
///     ROOT/CLASS/train/good/rgb/*               normal images to train on
///     ROOT/CLASS/test/good/rgb/*, ROOT/CLASS/test/DEFECT/rgb/*    normal and anomalous test images
///     ROOT/CLASS/test/DEFECT/gt/STEM.png        masks
///
/// Left unused: the point clouds (xyz/), the masks of normal images (good/gt/) and CLASS/validation/, which the
/// published evaluations do not train on.
