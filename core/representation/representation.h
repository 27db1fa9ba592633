#pragma once
#include <memory>
#include <string>

#include "core/features/levels.h"

namespace adrep {

/// Backbone features in, features for detectors out, image by image.
class Representation {
 public:
  virtual ~Representation() = default;
  virtual std::string name() const = 0;
  /// levels [B, C_l, H_l, W_l] -> the same shapes
  virtual Levels apply(const Levels& levels) const = 0;
};

}  // namespace adrep
