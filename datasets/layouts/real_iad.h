#pragma once
#include "datasets/dataset.h"

/// Layout "real_iad" (protocol §2): several views of every part, C1 … C5, in one folder a resolution:
///
///     ROOT/realiad_512/CLASS/OK/SAMPLE/*_C<view>_*.jpg             normal images
///     ROOT/realiad_512/CLASS/NG/DEFECT/SAMPLE/*_C<view>_*.jpg      defects; the mask lies beside, same stem, .png
///     ROOT/realiad_jsons/realiad_jsons/CLASS.json                  lists: which image is for training, which for test
///
/// An image of a defect's folder without a mask is normal: the defect is not seen in that view.
///
/// With the lists there, they decide (a class without one is an error). Without them, and when data= names a
/// resolution's folder itself, the folders do: OK is the training part, NG the test part. The lists may also lie in
/// ROOT/realiad_jsons. realiad_512 is read where there are several resolutions; the layouts "real_iad_256" and
/// "real_iad_1024" read the others.
