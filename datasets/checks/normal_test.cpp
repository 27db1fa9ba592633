#include "datasets/checks/normal_test.h"

#include <algorithm>

namespace adrep {

std::string why_no_normal_test(const ClassSplit& split) {
  if (std::any_of(split.test.begin(), split.test.end(), [](const Sample& sample) { return !sample.anomalous; }))
    return "";
  if (split.divided_by_name && split.train.size() == 1)
    return "one normal image is too few: give at least two, one to train on and one to test";
  return "no normal test images, without which no AUROC is defined: put some into the test, or divide the normal "
         "images with split.folds=";
}

}  // namespace adrep
