#pragma once
#include "datasets/dataset.h"

/// Layout "visa": the Visual Anomaly data set in its one-class split (protocol §2):
///
///     ROOT/split_csv/1cls.csv        object,split,label,image,mask: every image with its part and its mask
///     ROOT/OBJECT/Data/Images/…, ROOT/OBJECT/Data/Masks/…
///
/// Test images come normal ones first. A mask's values number its defects; any but 0 is anomalous.
