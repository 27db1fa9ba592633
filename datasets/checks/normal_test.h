#pragma once
#include <string>

#include "datasets/dataset.h"

namespace adrep {

/// Why a class whose test images are `split.test` cannot be evaluated: no normal image is among them, so that no AUROC
/// is defined. "" where one is.
std::string why_no_normal_test(const ClassSplit& split);

}  // namespace adrep
