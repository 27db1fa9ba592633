#pragma once
#include "datasets/dataset.h"

/// Layout "btad": beanTech anomaly detection data set (protocol §2), told by its class names 01, 02 and 03:
///
///     ROOT/CLASS/train/ok/*                     normal images to train on
///     ROOT/CLASS/test/ok/*, ROOT/CLASS/test/ko/*    normal and anomalous test images
///     ROOT/CLASS/ground_truth/ko/STEM.*         masks
///
/// Images are .bmp or .png; masks are .png, in class 03 .bmp: any image extension is taken for either.
