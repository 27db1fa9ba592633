#pragma once
#include <vector>

#include "detectors/detector.h"

namespace adrep {

/// Scores of a list of images that come part by part.
class ScoreParts {
 public:
  void add(const Scores& part);
  /// Of all images, in the order of the parts. There must be at least one part.
  Scores joined() const;

 private:
  std::vector<at::Tensor> maps_, scores_, contents_;
  std::vector<std::vector<at::Tensor>> grids_;  ///< by level
};

}  // namespace adrep
